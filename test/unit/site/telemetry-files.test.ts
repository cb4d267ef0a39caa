import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { SiteHealth } from '../../../src/contracts/health.ts';
import type { StoredSummary } from '../../../src/evidence/incident-list.ts';
import { TelemetryFiles } from '../../../src/site/telemetry-files.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const health: SiteHealth = {
  ...{ site: 'home', name: 'Home', sources: [], models: [], database: 'ok', storage: 'ok' },
  outbox: { queued: 2, failed: 0 },
};

function summary(id: string): StoredSummary {
  return {
    ...{ id, site: 'home', area: 'yard', source: 'cam', sources: ['cam'], severity: 2, label: 'Person' },
    ...{ reason: 'person', confidence: 0.9, startedAt: 1, updatedAt: 2, explanation: ['x'], signals: [], evidence: [] },
    review: { state: 'pending' },
  };
}

function telemetry(t: TestContext) {
  const folder = temporaryFolder(t);
  const clock = new ManualClock();
  const log = new RecordingLog();
  const files = new TelemetryFiles({
    ...{ folder, clock, log },
    report: () => Promise.resolve(health),
    incident: (id) => Promise.resolve(id === 'gone' ? undefined : summary(id)),
  });
  t.after(() => files.close());
  return { folder: join(folder, 'telemetry'), clock, log, files };
}

test('the status is written whole and anew every 5 seconds, and nothing before it is enabled', async (t) => {
  const { folder, clock, files } = telemetry(t);
  files.note('early');
  assert.ok(!existsSync(folder));
  files.enabled = true;
  const status = () => JSON.parse(readFileSync(join(folder, 'status.json'), 'utf8')) as Record<string, unknown>;
  const written = async (uptime: number): Promise<void> => {
    while (!existsSync(join(folder, 'status.json')) || status().uptimeSeconds !== uptime) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  await written(0);
  clock.advance(5000);
  await written(5);
  assert.deepEqual(status().outbox, { queued: 2, failed: 0 });
  await files.close();
  assert.deepEqual(readdirSync(folder), ['status.json']);
  assert.equal(clock.waiting, 0);
});

test('each change of an incident is a line; at 5 MB the file is put aside and the one before goes', async (t) => {
  const { folder, files } = telemetry(t);
  files.enabled = true;
  for (const id of ['a', 'gone', 'b', 'b']) files.note(id);
  await files.close();
  const lines = readFileSync(join(folder, 'events.jsonl'), 'utf8').trim().split('\n');
  assert.deepEqual(
    lines.map((line) => (JSON.parse(line) as { id: string }).id),
    ['a', 'b'],
  );
  writeFileSync(join(folder, 'events.1.jsonl'), 'older');
  writeFileSync(join(folder, 'events.jsonl'), 'x'.repeat(4_999_990));
  files.enabled = true;
  files.note('c');
  await files.close();
  assert.equal(statSync(join(folder, 'events.1.jsonl')).size, 4_999_990);
  assert.match(readFileSync(join(folder, 'events.jsonl'), 'utf8'), /^\{.*"id":"c".*\}\n$/);
});

test('a disk that cannot be written is told once', async (t) => {
  const { folder, files, log } = telemetry(t);
  writeFileSync(folder, 'a file where the folder should be');
  files.enabled = true;
  for (const id of ['a', 'b', 'c']) files.note(id);
  await files.close();
  assert.equal(log.lines.filter((line) => line.includes('Telemetry files cannot be written')).length, 1);
});
