import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SentinelError } from '../../../src/contracts/errors.ts';
import type { MetricName } from '../../../src/contracts/metrics.ts';
import type { IngestFrame, IngestListener } from '../../../src/media/ingest.ts';
import type { StreamState } from '../../../src/media/stream-supervisor.ts';
import { parseSourceAddress } from '../../../src/network/address.ts';
import type { Tampering } from '../../../src/media/tamper/tamper-watch.ts';
import type { CameraViewer } from '../../../src/site/camera-feed.ts';
import { CameraFeeds, type FeedOptions } from '../../../src/site/camera-feeds.ts';
import type { SoundNews } from '../../../src/site/feed-sound.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';

class Viewer implements CameraViewer {
  readonly frames: IngestFrame[] = [];
  readonly samples: Float32Array[] = [];
  readonly states: StreamState[] = [];
  readonly tamperings: Tampering[] = [];
  readonly faults: (string | undefined)[] = [];
  throws = false;

  frame(frame: IngestFrame): void {
    if (this.throws) throw new Error('no room');
    this.frames.push(frame);
  }
  audio({ samples }: { samples: Float32Array }): void {
    this.samples.push(samples);
  }
  tamper(tampering: Tampering): void {
    this.tamperings.push(tampering);
  }
  sound({ fault }: SoundNews): void {
    this.faults.push(fault);
  }
  status(state: StreamState): void {
    this.states.push(state);
    if (this.throws) throw new Error('no room');
  }
}

/** A source that does what the test says. */
class Source {
  readonly listener: IngestListener;
  running = false;
  starts = 0;
  #stopped = Promise.withResolvers<undefined>();

  constructor(listener: IngestListener) {
    this.listener = listener;
  }
  start(): void {
    this.running = true;
    this.starts += 1;
  }
  async stop(): Promise<void> {
    await this.#stopped.promise;
    this.running = false;
    this.say('stopped');
  }
  /** Lets it end. */
  end(): void {
    this.#stopped.resolve(undefined);
  }
  late(seconds: number): void {
    const { status, ...late } = { status: 'connected', detail: 'late', attempt: 0, lateSeconds: seconds } as const;
    this.listener.status({ status, ...late });
    const bytes = Buffer.from('abcdef');
    this.listener.frame({ seq: 0, width: 2, height: 1, bytes, capturedAt: 5, lateMs: seconds * 1000 });
  }
  renew(): void {
    this.listener.status({ status: 'probing', detail: 'anew', attempt: 0, renewal: 'late' });
  }
  say(status: StreamState['status'], error?: SentinelError): void {
    this.listener.status({ status, detail: '', attempt: 0, ...(error === undefined ? {} : { error }) });
  }
  black(): void {
    this.listener.frame({ seq: 0, width: 64, height: 36, bytes: Buffer.alloc(64 * 36 * 3), capturedAt: 5 });
  }
  /** So many windows of nothing but one number. */
  constant(windows: number, value = 0): void {
    const samples = new Float32Array(15_600).fill(value);
    for (let seq = 0; seq < windows; seq += 1) this.listener.audio({ seq, capturedAt: 5, samples, dbfs: -3, peak: 1 });
  }
  picture(): void {
    this.listener.frame({ seq: 0, width: 2, height: 1, bytes: Buffer.from('abcdef'), capturedAt: 5 });
    this.listener.audio({ seq: 0, capturedAt: 5, samples: Float32Array.of(1, 2), dbfs: -3, peak: 1 });
  }
}

function setUp() {
  const clock = new ManualClock();
  const log = new RecordingLog();
  const sources: Source[] = [];
  const counted: string[] = [];
  const gauge: (number | undefined)[] = [];
  const metrics = {
    set: (_name: MetricName, value: number | undefined) => gauge.push(value),
    count: (name: MetricName, labels?: Record<string, string>) => counted.push(`${name} ${labels?.source}`),
  };
  const feeds = new CameraFeeds((_options, listener) => {
    const source = new Source(listener);
    sources.push(source);
    return source;
  });
  const options = (change: Partial<FeedOptions> = {}): FeedOptions => ({
    ...{ address: parseSourceAddress('rtsp://192.0.2.1/front'), transport: 'tcp', width: 640, rate: 5, audio: true },
    ...{ source: 'front', metrics, privacy: { polygons: [], maskFile: '' } },
    ...{ captureDelayMs: 300, tamper: true, clock, random: () => 0.5, log, ...change },
  });
  const last = (): Source => sources.at(-1) ?? assert.fail('no source');
  return { clock, log, sources, counted, gauge, feeds, options, last };
}

/** Lets promises settle. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('camera feeds', () => {
  test('the sound of a live camera is watched: silence is said to everybody, counted, and over with the next connection', async () => {
    const { feeds, options, last, clock, counted } = setUp();
    const [first, second] = [new Viewer(), new Viewer()];
    feeds.watch('camera', options(), first);
    await settled();
    last().say('connected');
    last().constant(19);
    assert.deepEqual(first.faults, []);
    last().constant(3);
    assert.deepEqual(first.faults, ['silent']);
    assert.equal(counted.filter((line) => line.startsWith('microphone_fault_seconds_total front')).length, 3);
    feeds.watch('camera', options(), second);
    clock.advance(0);
    assert.deepEqual(second.faults, ['silent']);
    last().say('stalled');
    last().say('connected');
    last().constant(19);
    assert.deepEqual(first.faults, ['silent'], 'nothing is known of the new connection yet');
  });

  test('sound that comes no more while pictures do is silence, until it comes again', async () => {
    const { feeds, options, last, clock, counted } = setUp();
    const viewer = new Viewer();
    feeds.watch('camera', options(), viewer);
    await settled();
    last().say('connected');
    last().constant(2, 0.1);
    const pictures = (seconds: number): void => {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1000);
        last().late(0);
      }
    };
    pictures(9);
    assert.deepEqual(viewer.faults, []);
    pictures(4);
    assert.deepEqual(viewer.faults, ['silent']);
    assert.ok(counted.includes('microphone_fault_seconds_total front'));
    last().constant(1, 0.1);
    assert.deepEqual(viewer.faults, ['silent', undefined]);
    last().say('stalled');
    last().say('connected');
    pictures(30);
    assert.deepEqual(viewer.faults, ['silent', undefined], 'a connection without sound has none to lose');
  });

  test('silence in a file is part of it', async () => {
    const { feeds, options, last } = setUp();
    const viewer = new Viewer();
    feeds.watch('camera', options({ address: parseSourceAddress('/tmp/film.mp4') }), viewer);
    await settled();
    last().say('connected');
    last().constant(100);
    assert.deepEqual(viewer.faults, []);
  });

  test('late pictures are measured and said, to who joins too; a new connection counts once', async () => {
    const { feeds, options, last, clock, counted, gauge } = setUp();
    const [first, second] = [new Viewer(), new Viewer()];
    feeds.watch('camera', options(), first);
    await settled();
    last().late(3);
    assert.equal(gauge.at(-1), 3);
    assert.ok(!('lateMs' in (first.frames[0] ?? {})), 'it is no part of a frame');
    feeds.watch('camera', options(), second);
    clock.advance(0);
    assert.equal(second.states.at(-1)?.lateSeconds, 3);
    last().renew();
    assert.equal(gauge.at(-1), undefined);
    const third = new Viewer();
    feeds.watch('camera', options(), third);
    clock.advance(0);
    assert.deepEqual([third.states.at(-1)?.status, third.states.at(-1)?.renewal], ['probing', undefined]);
    assert.equal(counted.filter((name) => name === 'stream_renewals_total front').length, 1);
  });

  test('viewers of one camera share one connection, each with buffers of its own', async () => {
    const { feeds, options, sources, last, log } = setUp();
    const viewers = [new Viewer(), new Viewer()];
    const leases = viewers.map((viewer) => feeds.watch('cam', options(), viewer));
    await settled();
    assert.deepEqual([sources.length, last().starts, leases[0]?.connections], [1, 1, 1]);
    last().picture();
    const [one, other] = viewers.map(({ frames }) => frames[0]?.bytes ?? assert.fail());
    one?.fill(0);
    assert.equal(other?.toString(), 'abcdef');
    viewers[0]?.samples[0]?.fill(0);
    assert.deepEqual([...(viewers[1]?.samples[0] ?? [])], [1, 2]);
    assert.deepEqual(log.lines, []);
  });

  test('two cameras of one name are told apart from two viewers of one, and from one that has left', async () => {
    const { feeds, options, sources } = setUp();
    const lease = feeds.watch('cam', options(), new Viewer());
    feeds.watch('cam', options({ width: 320 }), new Viewer());
    assert.equal(feeds.hasNamesake('cam', 'front'), false);
    assert.deepEqual([feeds.hasNamesake('other', 'front'), feeds.hasNamesake('other', 'back')], [true, false]);
    await settled();
    const other = feeds.watch('other', options(), new Viewer());
    assert.equal(feeds.hasNamesake('cam', 'front'), true);
    const left = other.release();
    assert.equal(feeds.hasNamesake('cam', 'front'), false);
    for (const source of sources) source.end();
    await left;
    await lease.release();
  });

  test('what one connection gives counts once, however many viewers get it, and not while all have paused', async () => {
    const { feeds, options, last, counted } = setUp();
    const leases = [new Viewer(), new Viewer()].map((viewer) => feeds.watch('cam', options(), viewer));
    await settled();
    last().picture();
    const once = ['frames_captured_total front', 'audio_windows_captured_total front'];
    assert.deepEqual(counted.splice(0), once);
    leases[0]?.pause();
    last().picture();
    assert.deepEqual(counted.splice(0), once);
    leases[1]?.pause();
    last().picture();
    assert.deepEqual(counted, []);
  });

  test('viewers who may not see the same share no connection', async () => {
    const { feeds, options, sources } = setUp();
    const corner = { x: 0, y: 0 };
    const masks = [
      { polygons: [], maskFile: '' },
      { polygons: [[corner, corner, corner]], maskFile: '' },
      { polygons: [], maskFile: '/mask.png' },
    ];
    for (const privacy of masks) feeds.watch('cam', options({ privacy }), new Viewer());
    await settled();
    assert.equal(sources.length, 3);
  });

  test('who joins later hears at once how the camera does, with the error of its failure', async () => {
    const { feeds, options, last, clock } = setUp();
    feeds.watch('cam', options(), new Viewer());
    const error = new SentinelError('ES_CAMERA_UNREACHABLE', 'Away.');
    last().say('backing-off', error);
    last().say('connecting');
    const late = new Viewer();
    feeds.watch('cam', options(), late);
    clock.advance(0);
    await settled();
    assert.deepEqual(
      late.states.map((state) => [state.status, state.error]),
      [['connecting', error]],
    );
    last().say('connected');
    const later = new Viewer();
    feeds.watch('cam', options(), later);
    clock.advance(0);
    assert.deepEqual(
      later.states.map((state) => [state.status, state.error]),
      [['connected', undefined]],
    );
  });

  test('one that leaves hears that it stopped, and the others go on; with the last one the connection ends', async () => {
    const { feeds, options, last } = setUp();
    const viewers = [new Viewer(), new Viewer()];
    const [first, second] = viewers.map((viewer) => feeds.watch('cam', options(), viewer));
    await settled();
    await first?.release();
    await first?.release();
    last().picture();
    assert.deepEqual(
      viewers.map(({ frames }) => frames.length),
      [0, 1],
    );
    assert.equal(viewers[0]?.states.at(-1)?.status, 'stopped');
    assert.ok(last().running);
    const released = second?.release();
    last().end();
    await released;
    assert.ok(!last().running);
    assert.equal(viewers[1]?.states.at(-1)?.status, 'stopped');
  });

  test('a new viewer waits until the connection that ends is gone, and one that leaves before never connects', async () => {
    const { feeds, options, sources } = setUp();
    const ending = feeds.watch('cam', options(), new Viewer()).release();
    const next = feeds.watch('cam', options(), new Viewer());
    await settled();
    assert.deepEqual(
      sources.map(({ starts }) => starts),
      [0, 0],
    );
    sources[0]?.end();
    await ending;
    await settled();
    assert.equal(sources[1]?.starts, 1);
    assert.equal(next.connections, 1);
  });

  test('another picture is another connection, and that is said', () => {
    const { feeds, options, sources, log } = setUp();
    const first = feeds.watch('cam', options(), new Viewer());
    feeds.watch('cam', options({ width: 320 }), new Viewer());
    feeds.watch('other', options(), new Viewer());
    assert.deepEqual([sources.length, first.connections], [3, 2]);
    assert.match(log.lines.join(), /^warn: A camera is connected to more than once.*width or rate\.$/);
  });

  test('what one viewer throws costs the others nothing', () => {
    const { feeds, options, last } = setUp();
    const bad = new Viewer();
    bad.throws = true;
    const good = new Viewer();
    for (const viewer of [bad, good]) feeds.watch('cam', options(), viewer);
    assert.throws(() => {
      last().picture();
    }, /no room/);
    assert.equal(good.frames.length, 1);
  });

  test('what a viewer throws at the state that it joins or leaves with is logged, and it leaves all the same', async () => {
    const { feeds, options, last, clock, log } = setUp();
    feeds.watch('cam', options(), new Viewer());
    last().say('connecting');
    const bad = new Viewer();
    bad.throws = true;
    const lease = feeds.watch('cam', options(), bad);
    clock.advance(0);
    await lease.release();
    assert.deepEqual(
      bad.states.map(({ status }) => status),
      ['connecting', 'stopped'],
    );
    assert.deepEqual(log.lines, Array(2).fill('error: A receiver of the stream failed: Error: no room'));
    last().picture();
    assert.deepEqual(bad.frames, []);
  });

  test('one that pauses hears nothing until it goes on, then how the camera does; the others do not notice', async () => {
    const { feeds, options, last } = setUp();
    const viewers = [new Viewer(), new Viewer()];
    const [first] = viewers.map((viewer) => feeds.watch('cam', options(), viewer));
    await settled();
    last().say('connected');
    first?.pause();
    first?.pause();
    last().picture();
    last().say('backing-off', new SentinelError('ES_CAMERA_UNREACHABLE', 'Away.'));
    const said = (viewer: Viewer | undefined) => viewer?.states.map(({ status }) => status);
    assert.deepEqual(said(viewers[0]), ['connected', 'paused']);
    assert.deepEqual([viewers[0]?.frames.length, viewers[0]?.samples.length], [0, 0]);
    assert.deepEqual(said(viewers[1]), ['connected', 'backing-off']);
    assert.equal(viewers[1]?.frames.length, 1);
    first?.resume();
    first?.resume();
    assert.deepEqual(said(viewers[0]), ['connected', 'paused', 'backing-off']);
    const [pausing] = viewers;
    assert.equal(pausing?.states.at(-1)?.error?.name, 'ES_CAMERA_UNREACHABLE');
    last().picture();
    assert.equal(viewers[0]?.frames[0]?.bytes.toString(), 'abcdef');
    assert.ok(last().running);
  });

  test('a paused viewer that leaves last hears that it stopped', async () => {
    const { feeds, options, last } = setUp();
    const viewer = new Viewer();
    const lease = feeds.watch('cam', options(), viewer);
    await settled();
    lease.pause();
    last().end();
    await lease.release();
    assert.deepEqual(
      viewer.states.map(({ status }) => status),
      ['paused', 'stopped'],
    );
  });

  test('tampering is told to all, and to who joins or goes on while it lasts; not at all where it is switched off', async () => {
    const { feeds, options, sources, clock } = setUp();
    const [all, paused, without] = [new Viewer(), new Viewer(), new Viewer()];
    feeds.watch('cam', options(), all);
    const lease = feeds.watch('cam', options(), paused);
    feeds.watch('cam', options({ tamper: false }), without);
    await settled();
    lease.pause();
    for (const source of sources) source.say('connected');
    for (let second = 0; second < 25; second += 1) {
      clock.advance(1000);
      for (const source of sources) source.black();
    }
    const late = new Viewer();
    feeds.watch('cam', options(), late);
    clock.advance(0);
    lease.resume();
    const kinds = [all, late, paused, without].map(({ tamperings }) => tamperings.map(({ kind }) => kind));
    assert.deepEqual(kinds, [['black'], ['black'], ['black'], []]);
  });
});
