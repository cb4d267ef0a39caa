/**
 * `npm run -s bench -- NAME`: progress on stderr, one JSON object as the last line of stdout, exit 0 when it measured.
 * `npm run -s bench` alone lists the benches.
 */
type Bench = () => Promise<Record<string, unknown>>;

const benches: Record<string, { what: string; load: () => Promise<{ default: Bench }> }> = {
  'first-alert': {
    what: 'seconds from a fresh clone to the first alert in the sandbox',
    load: () => import('./first-alert.ts'),
  },
  api: {
    what: 'times of 300 mixed reads a second and of the main loop, with 200 WebSockets and four cameras',
    load: () => import('./api.ts'),
  },
  clip: {
    what: 'milliseconds to a picture at full size and to a clip of 15 s out of what is kept of a camera',
    load: () => import('./clip.ts'),
  },
  deliver: {
    what: 'alerts that arrive at a sandbox that fails, with a token that expires and a process that is killed; their times',
    load: () => import('./deliver.ts'),
  },
  detect: {
    what: 'frames a second through detectron-infer, beside a bare loop of the runtime and the same network on TensorFlow.js',
    load: () => import('./detect.ts'),
  },
  crops: {
    what: 'people far away who are found with and without close looks, in composites of ../shared/vision',
    load: () => import('./crops.ts'),
  },
  'first-request': {
    what: 'milliseconds from the start of an incident to its first request on the wire, one after the other',
    load: () => import('./first-request.ts'),
  },
  fuse: {
    what: 'signals a second through the fusion with its default rules, beside a bare table of the last labels',
    load: () => import('./fuse.ts'),
  },
  gate: {
    what: 'CPU of a static and of a busy camera-minute, with and without the motion gate',
    load: () => import('./gate.ts'),
  },
  footprint: {
    what: 'disk, install time, memory and main-loop delay of the installed package, beside a bare Node-RED',
    load: () => import('./footprint.ts'),
  },
  ingest: {
    what: 'CPU, memory, frame rate and delay of one and eight cameras of 720p15, beside a bare ffmpeg',
    load: () => import('./ingest.ts'),
  },
  listen: {
    what: 'log-mel and model of a stream of sound, the cost of eight live microphones, recall of 0.3 s transients with and without overlap',
    load: () => import('./listen.ts'),
  },
  microphone: {
    what: 'milliseconds from starting a recorder to its first sound, for every way to record, beside a bare parec',
    load: () => import('./microphone.ts'),
  },
  pipeline: {
    what: 'milliseconds from a pane breaking in a live stream to the WhatsApp request',
    load: () => import('./pipeline.ts'),
  },
  predict: {
    what: 'requests a second and their times at the sound routes, with 100 users who never pause',
    load: () => import('./predict.ts'),
  },
  recover: {
    what: 'seconds from the return of a camera that was killed to its next picture, and what is left behind after 15 kills',
    load: () => import('./recover.ts'),
  },
  store: {
    what: 'milliseconds of lists by three filters, of writing an incident and of the start, with a million incidents kept',
    load: () => import('./store.ts'),
  },
  train: {
    what: 'seconds to learn from 400 recordings, with each of them left out once',
    load: () => import('./train.ts'),
  },
};

const name = process.argv[2];
const bench = name === undefined ? undefined : benches[name];
if (bench === undefined) {
  for (const [known, { what }] of Object.entries(benches)) console.log(`${known}: ${what}`);
  if (name !== undefined) {
    console.error(`There is no bench "${name}".`);
    process.exitCode = 2;
  }
} else {
  const { default: run } = await bench.load();
  console.log(JSON.stringify(await run()));
}
