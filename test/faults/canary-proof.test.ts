import assert from 'node:assert/strict';
import { registerHooks } from 'node:module';
import { test } from 'node:test';
import { CanarySearch } from './canary-search.ts';

/** The test of the canary would be worth nothing if nothing ever held a password: here nobody takes it out. */
test('a camera without redaction gives its password away, and the search finds it', { timeout: 400_000 }, async (t) => {
  const begin = /export function redact\(.*\): string \{/;
  const hooks = registerHooks({
    load(url, context, next) {
      const module = next(url, context);
      if (!url.endsWith('/src/network/redact.ts')) return module;
      const source = Buffer.from(module.source as Buffer).toString();
      assert.match(source, begin);
      return { ...module, source: source.replace(begin, '$& return text;') };
    },
  });
  t.after(() => {
    hooks.deregister();
  });
  // What is imported above this line would bring the true one along.
  const { Ingest } = await import('../../src/media/ingest.ts');
  const { SiteClock } = await import('../../src/clock/site-clock.ts');
  const { parseSourceAddress } = await import('../../src/network/address.ts');
  const { redact } = await import('../../src/network/redact.ts');
  const { Receiver } = await import('../integration/demo-camera.ts');
  const { RecordingLog } = await import('../unit/recording-log.ts');
  const { FickleCamera } = await import('./fickle-camera.ts');
  const canary = 'C4n4ryB1rdS1ngs';
  assert.equal(redact('as it is', ['as it is']), 'as it is');

  const camera = await FickleCamera.start();
  t.after(() => camera.stop());
  const [log, receiver] = [new RecordingLog(), new Receiver()];
  const ingest = new Ingest(
    {
      ...{ address: parseSourceAddress(camera.url), username: 'watcher', password: canary, transport: 'tcp' },
      ...{ width: 320, rate: 5, audio: true, captureDelayMs: 0, privacy: { polygons: [], maskFile: '' } },
      ...{ clock: new SiteClock(), random: Math.random, log },
    },
    receiver,
  );
  t.after(() => ingest.stop());
  ingest.start();
  await receiver.until(() => receiver.states.some(({ error }) => error !== undefined), 'ffmpeg was hung up on');
  const find = new CanarySearch(canary).find(...log.lines);
  assert.deepEqual([find?.form, find?.excerpt.includes('ffmpeg')], ['plain', true], log.lines.join('\n'));
});
