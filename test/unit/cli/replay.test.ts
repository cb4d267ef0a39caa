import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runProgram } from '../../../src/cli/program.ts';
import { lineOf } from '../../../src/fusion/recording/signal-line.ts';
import type { FusionInput } from '../../../src/fusion/engine.ts';
import { audioScores, detections } from '../fusion/bench-area.ts';

const at = new Date(2026, 0, 1, 12).getTime();
const burglary: FusionInput[] = [
  detections({ person: 0.9 }, { source: 'front', capturedAt: at }),
  detections({ person: 0.9 }, { source: 'front', capturedAt: at + 200 }),
  audioScores({ glass_break: 0.8 }, { source: 'mic', capturedAt: at + 1000 }),
];
const lines = burglary.map((signal) => lineOf(signal, signal.capturedAt));
const personOnly = [{ id: 'p', enabled: true, severity: 2, all: [{ kind: 'object', label: 'person' }] }];

const root = mkdtempSync(join(tmpdir(), 'echosight-replay-'));
after(() => {
  rmSync(root, { recursive: true });
});

async function run(files: Record<string, string | Buffer>, ...args: string[]) {
  const folder = mkdtempSync(join(root, 'run-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  const said = { out: '', err: '' };
  const code = await runProgram(['replay', ...args], {
    ...{ env: {}, folder, colour: false, width: 100, interrupted: () => new Promise<void>(() => undefined) },
    print: (text) => (said.out += text),
    complain: (text) => (said.err += text),
  });
  return { code, ...said };
}

describe('echosight replay', () => {
  test('tells the incidents of a recording, with times and reasons', async () => {
    const { code, out, err } = await run({ 's.jsonl': lines.join('\n') }, 's.jsonl');
    assert.equal(err, '');
    assert.equal(code, 0);
    assert.match(out, /2026-01-01 12:00:00 {2}severity 3 {2}person\+glass_break {2}in hall \(front, mic\)/);
    assert.match(out, /told: 12:00:00 start 1 person; 12:00:01 update 3 person\+glass_break; 12:\d\d:\d\d end 3/);
    assert.match(out, / {2}- Glass break heard by mic at 12:00:01\.0, score 0\.80/);
    assert.match(out, /^3 signals, 2026-01-01 12:00:00 to 2026-01-01 12:00:01: 1 incident\.$/m);
  });

  test('prints them as JSON', async () => {
    const { out } = await run({ 's.jsonl': lines.join('\n') }, 's.jsonl', '--json');
    const { incidents, signals } = JSON.parse(out) as { signals: number; incidents: Record<string, unknown>[] };
    assert.equal(signals, 3);
    assert.deepEqual(
      incidents.map(({ id, severity, reason, area }) => ({ id, severity, reason, area })),
      [{ id: 'replay-1', severity: 3, reason: 'person+glass_break', area: 'hall' }],
    );
  });

  const rules: [what: string, content: unknown, more?: string[]][] = [
    ['a list of rules', personOnly],
    ['an object with rules', { rules: personOnly, quietSeconds: 5 }],
    ['a node', { id: 'n', type: 'fuse-severity', rules: personOnly }],
    [
      'a flow',
      [
        { id: 't', type: 'tab' },
        { id: 'n', type: 'fuse-severity', rules: personOnly },
      ],
    ],
    [
      'one of two nodes',
      [
        { id: 'm', type: 'fuse-severity' },
        { id: 'n', type: 'fuse-severity', name: 'mine', rules: personOnly },
      ],
      ['--node', 'mine'],
    ],
  ];
  for (const [what, content, more = []] of rules) {
    test(`takes its rules from ${what}`, async () => {
      const files = { 's.jsonl': lines.join('\n'), 'r.json': JSON.stringify(content) };
      const { out, err } = await run(files, 's.jsonl', '--rules', 'r.json', ...more);
      assert.equal(err, '');
      assert.match(out, /severity 2 {2}person {2}in hall/);
    });
  }

  const refused: [what: string, rules: string, says: RegExp][] = [
    ['is not JSON', '{', /r\.json are not JSON/],
    ['is a node of another type', '{"type":"inject"}', /inject/],
    ['has no fuse-severity', '[{"type":"tab"}]', /has no fuse-severity/],
    ['has several', '[{"id":"a","type":"fuse-severity"},{"id":"b","type":"fuse-severity"}]', /a, b.*--node/],
    ['has a rule without conditions', '[{"id":"a","enabled":true,"severity":2,"all":[]}]', /rules/],
  ];
  for (const [what, content, says] of refused) {
    test(`refuses a file of rules that ${what}`, async () => {
      const { code, err } = await run({ 's.jsonl': '', 'r.json': content }, 's.jsonl', '--rules', 'r.json');
      assert.equal(code, 2);
      assert.match(err, says);
    });
  }

  test('names lines that are no signals and goes on', async () => {
    const old = JSON.stringify({ kind: 'cue', cue: 'motion', capturedAt: at - 3_600_000 });
    const bad = ['{"kind":"frame"}', ...lines, 'oops', '{"kind":"cue"}', old];
    const { code, out, err } = await run({ 's.jsonl': bad.join('\n') }, 's.jsonl');
    assert.equal(code, 0);
    assert.match(err, /^Line 1 was passed over: .*kind is "frame"/m);
    assert.match(err, /^Line 5 was passed over: This is not JSON/m);
    assert.match(err, /^Line 6 was passed over: .*cue/m);
    assert.match(err, /^Line 7 was passed over: This signal is 3601 s older/m);
    assert.match(out, /3 signals/);
  });

  test('says when there is nothing to play', async () => {
    assert.equal((await run({ 's.jsonl': 'x' }, 's.jsonl')).code, 1);
    assert.match((await run({}, 'none.jsonl')).err, /cannot be read.*none\.jsonl/);
    assert.match((await run({ 'f/a.txt': '' }, 'f')).err, /no recording in/);
    assert.equal((await run({})).code, 2);
  });

  test('plays a folder of packed recordings, one of them cut off by a power failure', async () => {
    const [first, ...rest] = lines;
    const cut = Buffer.concat([gzipSync(rest.map((line) => `${line}\n`).join('')), gzipSync('lost\n').subarray(0, 12)]);
    const { out, err } = await run({ 'f/1.jsonl.gz': gzipSync(`${first}\n`), 'f/2.jsonl.gz': cut }, 'f');
    assert.equal(err, '');
    assert.match(out, /severity 3/);
  });
});
