/**
 * `npm run -s soak -- NAME [TIMES]`: what the fault tests do, for as long as a night. Progress on stderr, one JSON object
 * as the last line of stdout, exit 0 when nothing was lost or left behind. `npm run -s soak` alone lists the names.
 * ECHOSIGHT_SOAK_SEED: another seed for api-fuzz.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { deployAgainAndAgain } from '../faults/deploy-again.ts';
import { House, type HouseOptions } from '../faults/house.ts';
import { killUnderLoad } from '../faults/kill-under-load.ts';
import { leftNothing, recoverFromKills } from '../faults/recover-server.ts';
import { recoverAgainAndAgain } from '../faults/recover-again.ts';
import { commands, nothingLeft, startAndStop } from '../faults/start-and-stop.ts';
import type { Vitals } from '../faults/vitals.ts';
import { CameraProcess } from '../hosts/camera-process.ts';
import { killTheWriter } from '../integration/evidence-kills.ts';
import { fuzzApiForLong } from './api-fuzz.ts';
import { fuzzForLong } from './vision-fuzz.ts';

interface Soak {
  what: string;
  /** How often, unless told. */
  times: number;
  options?: HouseOptions;
  run: (house: House, times: number, camera: CameraProcess) => Promise<Result>;
}

interface Result {
  passed: boolean;
  result: object;
}

const random = seededRandom(20_261_121);

const soaks: Record<string, Soak> = {
  recover: {
    what: 'kills the camera again and again; pictures must come back, and nothing may be left behind',
    times: 200,
    async run(house, times, camera) {
      const result = await recoverFromKills(house, camera, { kills: times, random, onKill: progress(times) });
      return { passed: leftNothing(result) && result.rss_growth_mb <= 200, result };
    },
  },
  cycles: {
    what: 'starts and stops the camera in each phase of its connection; nothing may be left behind',
    times: 100,
    options: { more: commands },
    async run(house, times, camera) {
      const result = await startAndStop(house, camera, { cycles: times, random, onCycle: progress(times) });
      return { passed: nothingLeft(result) && result.rss_growth_mb <= 200, result };
    },
  },
  ffmpeg: {
    what: 'kills ffmpeg again and again; pictures must come back, and nothing may be left behind',
    times: 200,
    async run(house, times) {
      const result = await recoverAgainAndAgain(house, { kills: times, onKill: progress(times) });
      return { passed: bounded(result), result };
    },
  },
  deliver: {
    what: 'kills the whole Node-RED again and again while alarms come in; every alert must arrive',
    times: 200,
    // What goes with an alert counts against the limit of messages to one person.
    options: { change: { tell: { sendSnapshot: false, sendVoice: false, sendVideo: false } } },
    async run(house, times) {
      const result = await killUnderLoad(house, { kills: times, random, alarms: 2, onKill: progress(times) });
      return { passed: result.lost === 0 && result.acknowledged > 0, result };
    },
  },
  deploys: {
    what: 'deploys parts of the flow again and again; no alert may be lost, and nothing may be left behind',
    times: 500,
    async run(house, times) {
      const result = await deployAgainAndAgain(house, { deploys: times, random, onDeploy: progress(times) });
      return { passed: result.lost === 0 && bounded(result), result };
    },
  },
};

/** Those that need no camera and no Node-RED. */
const bare: Record<string, Omit<Soak, 'run' | 'options'> & { run: (times: number) => Promise<Result> }> = {
  evidence: {
    what: 'kills a process that writes evidence again and again; no row, file or entry of the chain may be torn or lost',
    times: 200,
    run: (times) => killForLong(times),
  },
  'vision-fuzz': {
    what: 'changed models, pictures and outputs of models, so many of each; each must be used or refused by name',
    times: 100_000,
    run: (times) => fuzzForLong(times),
  },
  'api-fuzz': {
    what: 'odd requests made of the OpenAPI document; each must be answered as described, none with a fault of ours',
    times: 20_000,
    run: (times) => fuzzApiForLong(times, Number(process.env.ECHOSIGHT_SOAK_SEED ?? 1)),
  },
};

const [name = '', count] = process.argv.slice(2);
const soak = soaks[name];
const simple = bare[name];
if (simple !== undefined) {
  console.log(JSON.stringify(await timed(name, () => simple.run(count === undefined ? simple.times : Number(count)))));
} else if (soak === undefined) {
  for (const [known, { what, times }] of Object.entries({ ...soaks, ...bare }))
    console.log(`${known}: ${what} (${times} times)`);
  if (name !== '') {
    console.error(`There is no soak "${name}".`);
    process.exitCode = 2;
  }
} else {
  console.log(JSON.stringify(await measure(name, soak)));
}

async function measure(called: string, { times, options = {}, run }: Soak): Promise<object> {
  const enders: (() => Promise<void>)[] = [];
  try {
    const camera = await CameraProcess.start();
    enders.push(() => camera.stop());
    const after = (end: () => Promise<void>): void => void enders.push(end);
    const house = await House.open({ after }, { ...options, camera: camera.url });
    return await timed(called, async () => {
      const result = await run(house, count === undefined ? times : Number(count), camera);
      house.assertCalm();
      return result;
    });
  } finally {
    for (const end of enders.reverse()) await end();
  }
}

async function timed(called: string, run: () => Promise<Result>): Promise<object> {
  const begun = performance.now();
  const { passed, result } = await run();
  if (!passed) process.exitCode = 1;
  return { soak: called, passed, minutes: Math.round((performance.now() - begun) / 6000) / 10, ...result };
}

async function killForLong(kills: number): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'echosight-kills-'));
  try {
    const result = await killTheWriter({ folder, kills, random, onKill: progress(kills) });
    const { lost, torn_rows: rows, torn_files: files, orphans, complaints, chain } = result;
    const isWhole = lost + rows + files + orphans + complaints === 0 && chain === 'verified';
    return { passed: isWhole && result.incidents >= kills, result };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Nothing that a night could pile up. */
function bounded({ before, after }: { before: Vitals; after: Vitals }): boolean {
  return (
    after.children.join() === before.children.join() &&
    after.threads <= before.threads + 4 &&
    after.descriptors <= before.descriptors + 8 &&
    after.rss <= before.rss + 200
  );
}

function progress(times: number): (done: number) => void {
  return (done) => {
    if (done % 10 === 0) console.error(`${done} of ${times}`);
  };
}
