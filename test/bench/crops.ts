import { join } from 'node:path';
import { iou } from '../../src/geometry/boxes.ts';
import { findModel } from '../../src/inference/catalog.ts';
import { openDetection } from '../../src/vision/detection.ts';
import { sharedFile } from '../requirements.ts';
import { composites, type Composite } from './composites.ts';

const sizes = [
  { width: 640, height: 360 },
  { width: 1280, height: 720 },
];
const heights = [20, 30, 40, 60];
const threshold = 0.4;
const sameOverlap = 0.4;
/** A motion gate tells the region a cell or so too large. */
const slack = 5;

interface Tally {
  people: number;
  whole: number;
  crops: number;
  false_whole: number;
  false_crops: number;
}

/**
 * People of labelled pictures (../shared/vision), shrunk onto pictures without people: how many of them a look at the
 * whole frame finds, and how many with a close look at where they are, as a motion gate would tell it. False are people
 * who were found elsewhere.
 */
export default async function crops(): Promise<Record<string, unknown>> {
  const service = await openDetection(findModel('nanodet-g-416', 'detection'));
  const waiting = new Int32Array(new SharedArrayBuffer(4));
  const found: Record<string, Record<string, Tally>> = {};
  try {
    for (const size of sizes) {
      const tallies: Record<string, Tally> = {};
      console.error(`${size.width} x ${size.height}`);
      for await (const { bytes, person, height } of composites(join(sharedFile('vision')), size, heights)) {
        const tally = (tallies[`${height}px`] ??= { people: 0, whole: 0, crops: 0, false_whole: 0, false_crops: 0 });
        const picture = { bytes, encoding: 'rgb24' as const, ...size };
        const request = { picture, threshold, labels: new Set(['person']) };
        const whole = await service.answer(request);
        const regions = [around(person, size)];
        const closer = await service.answer({ ...request, crops: { regions, most: 2, threshold, waiting } });
        const isPerson = ({ box }: { box: Composite['person'] }) => iou(box, person) >= sameOverlap;
        tally.people += 1;
        tally.whole += Number(whole.objects.some(isPerson));
        tally.crops += Number(closer.objects.some(isPerson));
        tally.false_whole += whole.objects.filter((object) => !isPerson(object)).length;
        tally.false_crops += closer.objects.filter((object) => !isPerson(object)).length;
      }
      found[`${size.width}x${size.height}`] = tallies;
    }
  } finally {
    await service.release();
  }
  const all = Object.values(found).flatMap((tallies) => Object.values(tallies));
  const sum = (key: keyof Tally): number => all.reduce((total, tally) => total + tally[key], 0);
  return {
    people: sum('people'),
    found_whole: sum('whole'),
    found_with_crops: sum('crops'),
    false_whole: sum('false_whole'),
    false_with_crops: sum('false_crops'),
    by_size: found,
  };
}

function around({ x, y, width, height }: Composite['person'], size: Composite['size']): Composite['person'] {
  const [across, down] = [slack / size.width, slack / size.height];
  return { x: x - across, y: y - down, width: width + 2 * across, height: height + 2 * down };
}
