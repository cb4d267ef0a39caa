import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join, parse } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { Detections } from '../../src/contracts/messages.ts';
import { coco80 } from '../../src/vision/decoders/coco.ts';
import { personJpeg } from '../demo-media.ts';
import { judgePictures, type PictureVerdict } from '../eval/judge-pictures.ts';
import { openPictureFinder } from '../eval/picture-finder.ts';
import { ScoreSheet } from '../eval/score-sheet.ts';
import { readLabels } from '../eval/yolo-labels.ts';
import { catchAll, NodeRedHost, probe } from '../hosts/node-red-host.ts';
import { sharedFile, sharedRequirement } from '../requirements.ts';
import { temporaryFolder } from '../unit/temporary-folder.ts';

const program = join(import.meta.dirname, '..', 'eval', 'vision.ts');
const run = promisify(execFile);
const floor = 0.05;

async function verdictOn(images: string, labels: string, ...options: string[]) {
  const { stdout, stderr } = await run(process.execPath, [program, '--images', images, '--labels', labels, ...options]);
  return { verdict: JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as PictureVerdict, stderr };
}

async function failure(...args: string[]): Promise<{ code: number; stderr: string }> {
  const outcome = await run(process.execPath, [program, ...args]).catch((error: unknown) => error);
  return outcome as { code: number; stderr: string };
}

/** The figures that were published with the reference; a thousandth of them is rounding. */
const published = { map50: 0.47, person: 0.655, knife: 0.269 };
const rounding = 0.001;

describe('eval:vision', { timeout: 240_000 }, () => {
  test('gives the detections of the reference the figures that were published with them', async (t) => {
    if (!sharedRequirement(t, 'vision', 'reference-nanodet-416.json')) return;
    type Reference = Record<string, [label: string, score: number, x: number, y: number, w: number, h: number][]>;
    const reference = JSON.parse(readFileSync(sharedFile('vision', 'reference-nanodet-416.json'), 'utf8')) as Reference;
    const sheet = new ScoreSheet(coco80);
    for (const [picture, objects] of Object.entries(reference)) {
      const file = sharedFile('vision', 'labels', `${parse(picture).name}.txt`);
      // Two pictures have no file.
      const truths = await readLabels(file, coco80.length).catch(() => []);
      const found = objects.map(([label, score, x, y, width, height]) => ({
        label,
        score,
        box: { x, y, width, height },
      }));
      sheet.add(found, truths);
    }
    const { map50, person, knife, classes } = sheet.figures(0.4);
    const figures = { map50, person: person.ap50, knife: knife.ap50 };
    for (const [name, figure] of Object.entries(published)) {
      assert.ok(Math.abs((figures[name as keyof typeof figures] ?? 0) - figure) < rounding, JSON.stringify(figures));
    }
    assert.deepEqual([Object.keys(classes).length, classes.person?.n, classes.knife?.n], [71, 254, 16]);
  });

  test('what detectron-infer finds in the same pictures loses nothing to them', async (t) => {
    if (!sharedRequirement(t, 'vision', 'images')) return;
    const { verdict } = await verdictOn(sharedFile('vision', 'images'), sharedFile('vision', 'labels'));
    t.diagnostic(JSON.stringify({ ...verdict, classes: undefined }));
    assert.deepEqual([verdict.images, verdict.refused, verdict.without_labels, verdict.labelled], [128, 0, 2, 929]);
    const figures = { map50: verdict.map50, person: verdict.person.ap50, knife: verdict.knife.ap50 };
    for (const [name, figure] of Object.entries(published)) {
      assert.ok((figures[name as keyof typeof figures] ?? 0) > figure - rounding, JSON.stringify(figures));
    }
    const { precision, recall } = verdict.person;
    assert.ok((precision ?? 0) > 0.8 && (recall ?? 0) > 0.5, JSON.stringify(verdict.person));
  });

  test('sees what the node sees, in a real Node-RED', async (t) => {
    if (buildIsStale()) await build();
    const drawn = await personJpeg();
    const turned = await sharp(drawn).rotate(90).withMetadata({ orientation: 8 }).jpeg().toBuffer();
    const pictures = [drawn, turned, await sharp(drawn).resize(333, 517, { fit: 'fill' }).png().toBuffer()];
    if (sharedRequirement(t, 'vision', 'images')) {
      const names = ['000000000009.jpg', '000000000036.jpg', '000000000061.jpg'];
      pictures.push(...names.map((name) => readFileSync(sharedFile('vision', 'images', name))));
    }
    const finder = await openPictureFinder('nanodet-g-416', floor);
    const host = await NodeRedHost.start();
    try {
      await host.deploy([
        { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'test', dataFolder: '' },
        { id: 'in', type: 'http in', url: '/in', method: 'post', wires: [['node', 'reply']] },
        { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
        {
          ...{ id: 'node', type: 'detectron-infer', site: 'site', labels: '', threshold: floor, previewRate: 0 },
          wires: [['probe-out'], []],
        },
        ...[probe('out'), ...catchAll()].flat(),
      ]);
      for (const [index, picture] of pictures.entries()) {
        await fetch(`${host.url}/in`, { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body: picture });
        const isNext = ({ payload }: { payload?: unknown }) => (payload as Detections).seq === index + 1;
        const { payload } = await host.waitFor('out', isNext);
        const found = await finder.find(picture);
        assert.ok(found.length > 0);
        assert.deepEqual((payload as Detections).objects, found, `picture ${index + 1}`);
      }
    } finally {
      await host.stop();
      await finder.close();
    }
  });

  test('takes JPEG, PNG and WebP; leaves out what is no picture, and says so; twice the same', async (t) => {
    const [images, labels] = [temporaryFolder(t), temporaryFolder(t)];
    const drawn = await personJpeg();
    const write = (name: string, bytes: Buffer | string) => {
      writeFileSync(join(images, name), bytes);
    };
    write('a.jpg', drawn);
    write('b.JPEG', drawn);
    write('c.png', await sharp(drawn).png().toBuffer());
    write('d.webp', await sharp(drawn).webp({ lossless: true }).toBuffer());
    write('cut.jpg', drawn.subarray(0, drawn.length / 3));
    write('text.png', 'no picture');
    write('cut.webp', (await sharp(drawn).webp().toBuffer()).subarray(0, 200));
    write('empty.jpg', '');
    write('notes.md', 'not looked at');
    // Where the figure stands in the scene.
    for (const name of ['a', 'b', 'd']) writeFileSync(join(labels, `${name}.txt`), '0 0.521 0.677 0.06 0.44 1\n');
    writeFileSync(join(labels, 'c.txt'), '');
    // Of a picture that is left out, and so is this.
    writeFileSync(join(labels, 'text.txt'), '9 .5 .5 .1 .1');
    const [first, second] = [await verdictOn(images, labels), await verdictOn(images, labels)];
    const { verdict, stderr } = first;
    assert.deepEqual([verdict.images, verdict.refused, verdict.without_labels, verdict.labelled], [4, 4, 0, 3]);
    // One of four people is where the labels know of none.
    assert.deepEqual(verdict.person, { ap50: 0.75, precision: 0.75, recall: 1 });
    assert.deepEqual(verdict.knife, { ap50: null, precision: null, recall: null });
    assert.deepEqual(verdict.classes, { person: { ap50: 0.75, n: 3 } });
    for (const name of ['cut.jpg', 'text.png', 'cut.webp', 'empty.jpg'])
      assert.match(stderr, new RegExp(`^${name} is`, 'm'));
    assert.deepEqual({ ...second.verdict, ms_per_image: 0 }, { ...verdict, ms_per_image: 0 });
  });

  test('says what is wrong with the folders, the labels, the model', async (t) => {
    const [images, labels, other] = [temporaryFolder(t), temporaryFolder(t), temporaryFolder(t)];
    writeFileSync(join(images, 'a.jpg'), 'no picture');
    writeFileSync(join(labels, 'a.txt'), '0 .5 .5 .1 .1\n0 640 480 10 10\n');
    writeFileSync(join(other, 'a.txt'), '0 .5 .5 .1 .1\n');
    const none = join(images, 'none');
    const model = 'nanodet-g-416';
    for (const [question, name, message] of [
      [
        { images: none, labels, model },
        'ES_BAD_INPUT',
        /^The folder of the pictures cannot be read: .*none \(ENOENT\)/,
      ],
      [{ images, labels: none, model }, 'ES_BAD_INPUT', /^The folder of the labels cannot be read: .*none \(ENOENT\)/],
      [{ images: labels, labels, model }, 'ES_BAD_INPUT', /^There are no pictures in/],
      [{ images, labels: images, model }, 'ES_BAD_INPUT', /^No file in .* has the name of a picture, such as a\.jpg/],
      [{ images, labels, model }, 'ES_BAD_INPUT', /^a\.txt, line 2: 640 does not lie in 0\.\.1/],
      [{ images, labels: other, model }, 'ES_BAD_INPUT', /^None of the 1 pictures in .* can be decoded/],
      [{ images, labels: other, model: 'nanodet' }, 'ES_MODEL_MISSING', /"nanodet"/],
      [{ images, labels: other, model: `${none}.onnx` }, 'ES_MODEL_MISSING', /none\.onnx/],
    ] as const) {
      const judged = judgePictures({ ...question, threshold: 0.4, floor, classes: coco80, refused: () => undefined });
      await assert.rejects(judged, { name, message });
    }
  });

  test('the command: 2 for what is typed wrongly, 1 for what is missing, no stack', async () => {
    const wrong: [args: string[], code: number, says: RegExp][] = [
      [['--label', 'x'], 2, /^ES_BAD_INPUT: .*--label.* --help says more/],
      [['--images=x', '--labels=x', '--threshold=.2', '--floor=.3'], 2, /floor 0\.3 lies above the threshold 0\.2/],
      [['--images=no-such-folder', '--labels=x'], 1, /^ES_BAD_INPUT: .*no-such-folder/],
    ];
    const failed = wrong.map(async ([args, code, says]) => {
      const { code: exit, stderr } = await failure(...args);
      assert.equal(exit, code, stderr);
      assert.match(stderr, says);
      assert.doesNotMatch(stderr, /\n +at /);
    });
    await Promise.all(failed);
  });
});
