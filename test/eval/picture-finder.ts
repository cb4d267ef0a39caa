import type { DetectedObject, Frame } from '../../src/contracts/messages.ts';
import { damaged, loadSharp } from '../../src/vision/encoded-picture.ts';
import { readPicture } from '../../src/vision/picture.ts';
import { openAnalysis } from './analysis.ts';

/** Finds objects in the bytes of picture files, just as detectron-infer does in a message with a bare picture. */
export async function openPictureFinder(model: string, floor: number) {
  const { analysis, knows, close } = openAnalysis({ model, threshold: floor, labels: [] });
  let seq = 0;
  const look = async (bytes: Buffer) => {
    const picture = await readPicture(bytes);
    seq += 1;
    const frame: Frame = {
      ...{ v: 1, kind: 'frame', site: 'eval', area: 'picture', source: 'picture', seq, capturedAt: 0 },
      ...{ width: picture.width, height: picture.height, encoding: 'jpeg' },
    };
    return (await analysis.analyseAlone(frame, picture)).detections;
  };
  try {
    // The model is opened with the first picture: this one is nobody's.
    const blank = loadSharp()({ create: { width: 64, height: 64, channels: 3, background: 'black' } });
    const { backend } = await look(await blank.png().toBuffer());
    const find = async (bytes: Buffer): Promise<readonly DetectedObject[]> =>
      (await look(isWebp(bytes) ? await asPng(bytes) : bytes)).objects;
    return { find, knows, backend, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The node takes none: it sees the same pixels as a PNG. */
function isWebp(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).toString('latin1') === 'RIFF' && bytes.subarray(8, 12).toString('latin1') === 'WEBP';
}

async function asPng(bytes: Buffer): Promise<Buffer> {
  const picture = loadSharp()(bytes, { limitInputPixels: 36e6, autoOrient: true });
  return await picture.png({ compressionLevel: 1 }).toBuffer().catch(damaged);
}
