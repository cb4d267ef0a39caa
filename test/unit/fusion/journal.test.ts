import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { SignalJournal } from '../../../src/fusion/recording/journal.ts';
import { lineOf, readSignalLine } from '../../../src/fusion/recording/signal-line.ts';
import type { FusionInput } from '../../../src/fusion/engine.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { audioScores, cue, detections, external, streamStatus } from './bench-area.ts';

const hour = 3_600_000;

function begin(t: TestContext, { folder = temporaryFolder(t), bytes }: { folder?: string; bytes?: number } = {}) {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const journal = new SignalJournal({ folder, node: 'n1', clock, log, ...(bytes === undefined ? {} : { bytes }) });
  const say = (signal: string): void => {
    journal.note(external('door', signal, 1, { capturedAt: clock.now() }));
  };
  const labels = async (from = 0, to = Infinity): Promise<string[]> => {
    const found: string[] = [];
    for await (const batch of journal.lines(from, to)) {
      for (const line of batch) if (line !== '') found.push((JSON.parse(line) as { label: string }).label);
    }
    return found;
  };
  return { folder, clock, log, journal, say, labels };
}

describe('a line of a recording', () => {
  const at = 1_700_000_000_000;
  const signals: FusionInput[] = [
    detections({ person: 0.9, knife: 0.5 }, { capturedAt: at }),
    audioScores({ scream: 0.7 }, { capturedAt: at }),
    cue('loiter', 0.5, { capturedAt: at }),
    external('door', 'open', 1, { capturedAt: at }),
    streamStatus('stalled', { capturedAt: at }),
  ];
  for (const signal of signals) {
    test(`brings back all of ${signal.kind} that a rule can ask for, and when it came`, () => {
      const { signal: read, receivedAt } = readSignalLine(lineOf(signal, at + 40));
      assert.equal(receivedAt, at + 40);
      const unasked = ['timings', 'backend', 'top', 'width', 'height', 'encoding', 'seq', 'staleFrames'];
      const asked = (all: object): object =>
        Object.fromEntries(Object.entries(all).filter(([key]) => !unasked.includes(key)));
      assert.deepEqual(asked(read), asked(signal));
    });
  }

  test('has no key points, no timings and no more than is needed', () => {
    const [look] = signals;
    assert.ok(look?.kind === 'detections');
    const objects = look.objects.map((object) => ({ ...object, keypoints: [{ x: 0, y: 0, score: 1 }] }));
    const line = lineOf({ ...look, objects }, at);
    assert.doesNotMatch(line, /keypoints|timings|backend/);
    assert.ok(lineOf({ ...look, objects: [] }, at).length < 140);
  });
});

describe('the journal of a fuse-severity', () => {
  test('keeps signals in the order in which they came, private and packed', async (t) => {
    const { journal, say, labels, clock } = begin(t);
    for (const name of ['a', 'b', 'c']) say(name);
    assert.deepEqual(await labels(), ['a', 'b', 'c']);
    clock.advance(60_000);
    say('d');
    assert.deepEqual(await labels(), ['a', 'b', 'c', 'd']);
    const [file = ''] = readdirSync(journal.folder);
    assert.match(file, /^\d{13}\.jsonl\.gz$/);
    assert.equal(statSync(join(journal.folder, file)).mode & 0o777, 0o600);
    assert.equal(statSync(journal.folder).mode & 0o777, 0o700);
    await journal.close();
    assert.equal(clock.waiting, 0);
  });

  test('begins a file each half hour, reads the ones that are asked for, and forgets what is a day old', async (t) => {
    const { journal, say, labels, clock } = begin(t);
    const start = clock.now();
    for (let half = 0; half < 60; half += 1) {
      say(String(half));
      await journal.flush();
      clock.advance(30 * 60_000 + 1);
    }
    const kept = await labels();
    assert.equal(kept.at(-1), '59');
    assert.ok(kept.length >= 48 && kept.length <= 50, `${kept.length} half hours`);
    assert.deepEqual(await labels(start + 29.1 * hour, start + 29.2 * hour), ['58']);
  });

  test('has a bound in bytes: the oldest goes', async (t) => {
    const { journal, clock, labels, say } = begin(t, { bytes: 64_000 });
    for (let step = 0; step < 200; step += 1) {
      say(`${step} ${randomBytes(600).toString('base64')}`);
      await journal.flush();
      clock.advance(1000);
    }
    const files = readdirSync(journal.folder).map((name) => statSync(join(journal.folder, name)).size);
    assert.ok(files.length > 5 && files.reduce((a, b) => a + b) <= 64_000);
    const kept = await labels();
    assert.match(kept.at(-1) ?? '', /^199 /);
  });

  test('goes on in a new file after one that was cut off by a power failure', async (t) => {
    const first = begin(t);
    first.say('whole');
    await first.journal.flush();
    first.say('lost');
    await first.journal.close();
    const [file = ''] = readdirSync(first.journal.folder);
    const path = join(first.journal.folder, file);
    truncateSync(path, statSync(path).size - 8);
    const second = begin(t, { folder: first.folder });
    second.clock.advance(1000);
    second.say('after');
    assert.deepEqual(
      (await second.labels()).filter((label) => label !== 'lost'),
      ['whole', 'after'],
    );
  });

  test('a folder that cannot be written to is told once, costs nobody anything, and is used again when it is back', async (t) => {
    const { folder, journal, say, labels, log, clock } = begin(t);
    rmSync(folder, { recursive: true });
    for (let step = 0; step < 3; step += 1) {
      say('lost');
      clock.advance(10_000);
      await journal.flush();
    }
    assert.equal(log.lines.length, 1);
    assert.match(log.lines[0] ?? '', /not kept for now.*Everything else goes on/);
    assert.ok(!existsSync(folder), 'the data folder is not made anew: its disk may be away');
    mkdirSync(folder);
    say('back');
    assert.deepEqual(await labels(), ['back']);
  });

  test('what waits for a slow disk has a bound', async (t) => {
    const { say, labels } = begin(t);
    for (let step = 0; step < 50_000; step += 1) say(`${step}`.padStart(200, '-'));
    const kept = await labels();
    assert.ok(kept.length > 1000 && kept.length < 30_000, `${kept.length}`);
  });

  test('removes what nodes left that are gone, and nothing of others', async (t) => {
    const folder = temporaryFolder(t);
    const gone = begin(t, { folder });
    gone.say('old');
    await gone.journal.close();
    const names = readdirSync(gone.journal.folder);
    const yesterday = gone.clock.now() / 1000 - 25 * 3600;
    for (const name of names) utimesSync(join(gone.journal.folder, name), yesterday, yesterday);
    writeFileSync(join(folder, 'signals', 'note.txt'), 'mine');
    const other = new SignalJournal({ folder, node: 'a node/..', clock: gone.clock, log: gone.log });
    other.note(external('door', 'open', 1, { capturedAt: gone.clock.now() }));
    await other.close();
    assert.ok(!existsSync(gone.journal.folder));
    assert.ok(existsSync(join(folder, 'signals', 'note.txt')));
    assert.match(other.folder, /signals\/[0-9a-f]{32}$/);
  });
});
