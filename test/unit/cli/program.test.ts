import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { usualUserFolder } from '../../../src/cli/doctor.ts';
import { report } from '../../../src/cli/report.ts';
import type { Finding } from '../../../src/contracts/findings.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { run } from './program-run.ts';

describe('the program echosight', () => {
  const uses: [args: string[], code: number, out: RegExp, err: RegExp][] = [
    [[], 2, /Usage: echosight <command>/, /^$/],
    [['help'], 0, /^ {2}doctor {2,}Checks/m, /^$/],
    [['--help'], 0, /^ {2}doctor/m, /^$/],
    [['help', 'doctor'], 0, /--user-dir DIR/, /^$/],
    [['doctor', '--help'], 0, /--credential-secret-file FILE/, /^$/],
    [['--version'], 0, /^\d+\.\d+\.\d+\n$/, /^$/],
    [['cure'], 2, /^$/, /no command "cure"[^]*doctor/],
    [['constructor'], 2, /^$/, /no command "constructor"/],
    [['doctor', '--colour'], 2, /^$/, /--colour[^]*Usage: echosight doctor/],
    [['doctor', '--user-dir'], 2, /^$/, /user-dir/],
    [['doctor', 'now'], 2, /^$/, /now/],
    [['models', '--help'], 0, /Usage: echosight models <list[^]*ECHOSIGHT_MODELS/, /^$/],
    [['models'], 2, /^$/, /list, info, pull, verify, add/],
    [['models', 'constructor'], 2, /^$/, /list, info, pull, verify, add/],
    [
      ['models', 'list', '--user-dir', '/nowhere'],
      0,
      /^yolox-s-640 +not downloaded +35\.9 MB[^]*^movenet-lightning-16bit +only from a file[^]*\/nowhere\/echosight[^]*pull ID --from FILE/m,
      /^$/,
    ],
    [['models', 'info', 'yolox-s-640'], 0, /licence +Apache-2\.0[^]*address +https:/, /^$/],
    [['models', 'info', 'yolo'], 2, /^$/, /no model "yolo"\. It has nanodet-g-416/],
    [['models', 'pull'], 2, /^$/, /Give an id/],
    [['models', 'pull', 'nanodet-g-416'], 0, /is here already/, /^$/],
    [['models', 'verify', '--user-dir', '/nowhere'], 0, /nanodet-g-416: in the package/, /^$/],
    [
      ['models', 'info', 'movenet-lightning-16bit', '--user-dir', '/nowhere'],
      0,
      /get it +npx echosight models pull movenet-lightning-16bit --from FILE/,
      /^$/,
    ],
    [['models', 'verify', 'd-fine-n-640', '--user-dir', '/nowhere'], 1, /not downloaded/, /models pull d-fine-n-640/],
    [['models', 'add'], 2, /^$/, /Give one file/],
    [['models', 'add', 'model.pt'], 2, /^$/, /\.onnx/],
    [['models', 'add', '/none.onnx'], 1, /^$/, /none\.onnx does not exist/],
    [['rtsp', '--help'], 0, /--webcam N[^]*ECHOSIGHT_RTSP_PASSWORD/, /^$/],
    [['rtsp'], 2, /^$/, /either --file FILE or --webcam N/],
    [['rtsp', '--file', 'none.mp4', '--webcam', '0'], 2, /^$/, /either --file FILE or --webcam N/],
    [['rtsp', '--file', 'none.mp4'], 2, /^$/, /no file \/none\.mp4/],
    [['rtsp', '--webcam', '-i'], 2, /^$/, /--webcam/],
    [['rtsp', '--webcam', '0', '--loop'], 2, /^$/, /for files/],
    [['rtsp', '--file', 'none.mp4', '--port', '70000'], 2, /^$/, /no port/],
    [['rtsp', '--file', 'none.mp4', '--path', '../x y'], 2, /^$/, /--path takes/],
    [['doctor', '--url', 'file:///etc'], 2, /^$/, /no http:\/\/ or https:\/\/ address/],
  ];
  for (const [args, code, out, err] of uses) {
    test(`echosight ${args.join(' ')}: exit code ${code}`, async () => {
      const result = await run(...args);
      assert.equal(result.code, code);
      assert.match(result.out, out);
      assert.match(result.err, err);
    });
  }
});

test('echosight doctor looks at the folder it stands in where that is a user folder', (t) => {
  const folder = temporaryFolder(t);
  assert.match(usualUserFolder(folder), /\.node-red$/);
  writeFileSync(join(folder, 'flows.json'), '[]');
  assert.equal(usualUserFolder(folder), folder);
  const installed = temporaryFolder(t);
  mkdirSync(join(installed, 'node_modules', '@echosight', 'node-red-sentinel'), { recursive: true });
  assert.equal(usualUserFolder(installed), installed, 'before the first start of Node-RED');
});

describe('the report', () => {
  const findings: Finding[] = [
    { id: 'ffmpeg', state: 'ok', says: 'It is there.' },
    { id: 'cameras', about: 'front', state: 'problem', says: 'It does not answer.', advice: 'Switch it on.' },
    { id: 'cameras', about: 'back', state: 'warning', says: 'A sentence that is longer than a narrow line can hold.' },
  ];

  test('can be read without colours', () => {
    assert.equal(
      report(findings, '/u', { colour: false, width: 62 }),
      `Node-RED user folder: /u

ok       ffmpeg       It is there.
PROBLEM  Cameras      front: It does not answer.
                      -> Switch it on.
warning               back: A sentence that is longer than a
                      narrow line can hold.

1 ok, 1 warning, 1 problem, 0 skipped.
`,
    );
  });

  test('says the same in colour', () => {
    const coloured = report(findings, '/u', { colour: true, width: 62 });

    assert.equal(coloured.replace(/\u001b\[\d+m/g, ''), report(findings, '/u', { colour: false, width: 62 }));
    assert.match(coloured, /\[31mPROBLEM/);
  });
});
