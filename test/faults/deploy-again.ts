import { setTimeout as sleep } from 'node:timers/promises';
import { flowOf, type House } from './house.ts';
import { descriptorsOf, until, type Vitals } from './vitals.ts';

export interface DeployResult {
  deploys: number;
  alarms: number;
  lost: number;
  duplicates: number;
  before: Vitals;
  after: Vitals;
  /** What is open at the end. */
  descriptors: Record<string, number>;
  milliseconds: number;
}

const tabNodes = ['eye', 'look', 'listen', 'fuse', 'keep', 'tell'] as const;
/** Alarms that WhatsApp takes at once: 45 messages to one person, of which each alarm makes two. */
const mostAlarms = 20;

/** Changes one node after the other, or now and then the whole tab, while pictures, sounds and alarms come in. */
export async function deployAgainAndAgain(
  house: House,
  {
    deploys,
    random,
    onDeploy = () => undefined,
  }: {
    deploys: number;
    random: () => number;
    onDeploy?: (deploy: number) => void;
  },
): Promise<DeployResult> {
  const seen = () => house.host.messages('seen').length;
  const running = async (): Promise<void> => {
    const count = seen();
    await until(() => seen() > count + 2, 'the camera is looked at', 60_000);
  };
  await running();
  const ids = [await house.alarm()];
  await house.arrived(ids);
  // What is made once, on first use, is there after some deploys; only what grows from then on is a leak.
  const change: Record<string, Record<string, unknown>> = {};
  const begun = performance.now();
  let before = house.vitals();
  for (let deploy = 0; deploy < deploys; deploy += 1) {
    const node = tabNodes[Math.floor(random() * tabNodes.length)] ?? 'look';
    change[node] = { name: `n${deploy}` };
    const alarm = deploy % Math.ceil(deploys / mostAlarms) === 0;
    if (alarm) ids.push(await alarmBetweenDeploys(house));
    await house.host.deploy(await flowOf({ ...house.options, change }), random() < 0.15 ? 'flows' : 'nodes');
    if (random() < 0.3) await sleep(random() * 400);
    if (deploy === Math.floor(deploys / 5)) {
      await running();
      before = await settled(house);
    }
    onDeploy(deploy + 1);
  }
  const milliseconds = Math.round(performance.now() - begun);
  await running();
  ids.push(await house.alarm());
  const { lost, duplicates } = await house.arrivals(ids, 120_000);
  const after = await settled(house);
  return {
    ...{ deploys, alarms: ids.length, lost: lost.length, duplicates },
    ...{ before, after, descriptors: descriptorsOf(house.pid), milliseconds },
  };
}

/** An alarm counts from when its alert is queued: a message in the middle of a deploy is Node-RED's to lose. */
async function alarmBetweenDeploys(house: House): Promise<string> {
  const id = await house.alarm();
  await until(() => house.deliveries().some(({ incidentId }) => incidentId === id), `${id} is queued`);
  return id;
}

/** What is shared outlives its last user by ten seconds. */
async function settled(house: House): Promise<Vitals> {
  await sleep(11_000);
  return house.steadyVitals();
}
