import assert from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, test } from 'node:test';
import { SentinelError } from '../../../src/contracts/errors.ts';
import type { Payload, StreamStatus } from '../../../src/contracts/messages.ts';
import { usualSettings } from '../../../src/contracts/streams.ts';
import type { IngestListener, IngestOptions } from '../../../src/media/ingest.ts';
import { Backlog } from '../../../src/site/backlog.ts';
import { CameraFeeds } from '../../../src/site/camera-feeds.ts';
import { CameraRings } from '../../../src/site/camera-rings.ts';
import { HealthBoard } from '../../../src/site/health-board.ts';
import { Latecomers } from '../../../src/site/latecomers.ts';
import { SiteMetrics } from '../../../src/site/prometheus.ts';
import type { Site } from '../../../src/site/site.ts';
import { StoreWatch, type StoreState } from '../../../src/site/store-watch.ts';
import { Subscribers } from '../../../src/site/subscribers.ts';
import type { RunnableStream } from '../../../src/streams/stored-stream.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';

const stream = (source: string, more: Partial<RunnableStream> = {}): RunnableStream => ({
  ...{ key: `row of ${source}`, source, name: source, area: 'hall', type: 'rtsp', shown: '', enabled: true },
  ...{ settings: { ...usualSettings, ring: false }, createdAt: 0, updatedAt: 0, isLost: false },
  address: `rtsp://ann:secret@${source}/live`,
  ...more,
});

/** A store of streams and the cameras behind them, which connect at once. */
function bench() {
  const [clock, log] = [new ManualClock(), new RecordingLog()];
  const opened: string[] = [];
  const open = (options: IngestOptions, listener: IngestListener) => ({
    start: () => {
      opened.push(options.address.location);
      listener.status({ status: 'connected', detail: 'It is there.', attempt: 0 });
    },
    stop: () => {
      listener.status({ status: 'stopped', detail: 'Stopped.', attempt: 0 });
      return Promise.resolve();
    },
  });
  const store: { streams: RunnableStream[] | SentinelError } = { streams: [] };
  const metrics = new SiteMetrics(() => 'home');
  const tools = { clock, log, metrics, random: () => 0.5 };
  const streamChanges = new Subscribers<undefined>(log);
  const site = {
    ...{ id: 'home', clock, log, metrics, tools, streamChanges, health: new HealthBoard(), backlog: new Backlog() },
    ...{ cameras: new CameraFeeds(open), clips: new CameraRings(tools), latecomers: new Latecomers(clock, log) },
    streams: {
      runnable: () =>
        store.streams instanceof SentinelError ? Promise.reject(store.streams) : Promise.resolve(store.streams),
    },
  } as unknown as Site;
  const told: Payload[] = [];
  const shown: StoreState[] = [];
  const faults: string[] = [];
  const watch = new StoreWatch({
    ...{ site, watcher: 'node', view: { width: 320, rate: 5 } },
    emit: (_output, payload) => told.push(payload),
    show: (state) => shown.push(state),
    fail: (error) => faults.push(error.name),
  });
  const settle = async () => {
    for (let turns = 0; turns < 20; turns += 1) await turn();
  };
  const change = async (streams: RunnableStream[] | SentinelError) => {
    store.streams = streams;
    streamChanges.tell(undefined);
    await settle();
  };
  const states = () => told.splice(0).map((payload) => `${payload.source} ${(payload as StreamStatus).status}`);
  return { watch, site, clock, store, opened, shown, faults, change, settle, states };
}

describe('who watches the streams of the store', () => {
  test('runs what is to run, and connects anew only what has changed', async () => {
    const { watch, site, opened, shown, change, states } = bench();
    await change([stream('door'), stream('yard')]);
    assert.deepEqual(
      [states(), opened.splice(0)],
      [
        ['door connected', 'yard connected'],
        ['rtsp://door/live', 'rtsp://yard/live'],
      ],
    );
    assert.deepEqual(shown.at(-1), { all: 2, online: 2, connecting: [], away: [], tampered: [], failed: false });
    await change([stream('door', { name: 'Front', updatedAt: 5 }), stream('yard', { area: 'garden' })]);
    assert.deepEqual([states(), opened.splice(0)], [['yard stopped', 'yard connected'], ['rtsp://yard/live']]);
    await change([stream('yard', { area: 'garden', address: 'rtsp://other/live' })]);
    assert.deepEqual(opened.splice(0), ['rtsp://other/live']);
    assert.deepEqual(states().sort(), ['door stopped', 'yard connected', 'yard stopped']);
    assert.deepEqual(
      site.health.sources.map(({ source, stored }) => [source, stored]),
      [['yard', true]],
    );
    await watch.close();
    assert.deepEqual([states(), site.health.sources], [['yard stopped'], []]);
    await change([stream('door')]);
    assert.deepEqual(opened, []);
  });

  test('goes on where the store cannot be read, says so once, and looks again', async () => {
    const { watch, clock, store, opened, shown, faults, change, settle, states } = bench();
    await change([stream('door')]);
    await change(new SentinelError('ES_DATABASE', 'The disk is away.'));
    clock.advance(5000);
    await settle();
    assert.deepEqual(
      [states(), faults, shown.at(-1)?.failed, shown.at(-1)?.online],
      [['door connected'], ['ES_DATABASE'], true, 1],
    );
    store.streams = [stream('door'), stream('yard')];
    clock.advance(5000);
    await settle();
    assert.deepEqual([opened.length, shown.at(-1)?.failed, shown.at(-1)?.online], [2, false, 2]);
    await watch.close();
    assert.equal(clock.waiting, 0);
  });

  test('tells of one whose address is lost as of a camera that is away, and runs it when the key is back', async () => {
    const { watch, clock, store, opened, shown, faults, change, settle, states } = bench();
    await change([stream('door', { address: undefined, isLost: true }), stream('yard')]);
    assert.deepEqual([states(), faults], [['door unauthorised', 'yard connected'], ['ES_STREAM_ADDRESS_LOST']]);
    assert.deepEqual(shown.at(-1)?.away, ['door']);
    clock.advance(5000);
    await settle();
    assert.deepEqual([states(), faults.length], [[], 1]);
    store.streams = [stream('door'), stream('yard')];
    clock.advance(5000);
    await settle();
    assert.deepEqual([states(), opened], [['door connected'], ['rtsp://yard/live', 'rtsp://door/live']]);
    await change([stream('door', { address: 'http://169.254.169.254/' }), stream('yard')]);
    assert.deepEqual([faults.at(-1), shown.at(-1)?.online], ['ES_BAD_ADDRESS', 1]);
    await watch.close();
    assert.equal(clock.waiting, 0);
  });

  test('hands a command to whom it names, or to all; a picture needs a name where several run', async () => {
    const { watch, change, states } = bench();
    await change([stream('door'), stream('yard')]);
    states();
    await watch.obey('stop', 'door');
    assert.deepEqual(states(), ['door stopped']);
    await watch.obey('start');
    assert.deepEqual(states(), ['door connected']);
    await assert.rejects(watch.obey('stop', 'gate'), { name: 'ES_BAD_INPUT' });
    await assert.rejects(watch.obey({ ask: 'snapshot', ago: 0 }), { name: 'ES_BAD_INPUT' });
    await assert.rejects(watch.obey({ ask: 'snapshot', ago: 0 }, 'door'), { name: 'ES_NOTHING_KEPT' });
    await watch.close();
  });
});
