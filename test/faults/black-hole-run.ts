/**
 * What `black-hole.test.ts` runs in a network of its own: a house whose camera falls into a black hole and comes back. Ends
 * with 0 when the user is told what is to be told.
 */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { FarCamera } from './far-camera.ts';
import { House } from './house.ts';
import { until } from './vitals.ts';

const patienceMs = 90_000;
const enders: (() => Promise<void>)[] = [];
try {
  const camera = await FarCamera.start();
  enders.push(() => camera.stop());
  const house = await House.open({ after: (end) => void enders.push(end) }, { camera: camera.url });
  await fallIn(house, camera);
  house.assertCalm();
} finally {
  for (const end of enders.reverse()) await end();
}

async function fallIn(house: House, camera: FarCamera): Promise<void> {
  const said = (pattern: RegExp): boolean => house.statuses('eye').some((text) => pattern.test(text));
  await house.nextFrame();
  await camera.vanish();
  assert.equal(await answerOf(camera), 'nothing', 'it is a black hole');
  await until(() => house.streams().includes('stalled'), 'the stall is told', patienceMs);
  await until(() => said(/no pictures: No picture came for 5 s/), 'it is said at the node', patienceMs);
  await until(() => house.errors().join().includes('ES_CAMERA_STALLED'), 'an error', patienceMs);
  await until(() => house.incidents('offline').length > 0, 'an incident', patienceMs);
  await house.arrived(['Camera offline']);
  assert.equal((await house.health()).status, 'degraded');
  // Now the ways to it are looked for that begin in the hole.
  await until(() => said(/tries again:.*(does not answer|no answer|time)/i), 'no answer', patienceMs);
  assert.equal(answered(house), 0);
  const tries = house.streams().filter((status) => status === 'probing').length;
  await until(() => house.streams().filter((status) => status === 'probing').length > tries + 1, 'tries', patienceMs);

  await camera.appear();
  await until(() => house.streams().at(-1) === 'connected', 'the stream is back', patienceMs);
  await house.nextFrame();
  await until(() => house.incidents('offline').some(({ phase }) => phase === 'end'), 'the incident ends', patienceMs);
  assert.equal(house.told('Camera offline'), 1, 'told once');
  assert.equal((await house.health()).status, 'ok');
  assert.deepEqual((await house.steadyVitals()).children, ['ffmpeg']);
  console.log(JSON.stringify({ statuses: [...new Set(house.statuses('eye'))], errors: house.errors() }));
}

/** How often the stream came since it stalled. */
function answered(house: House): number {
  const streams = house.streams();
  return streams.slice(streams.indexOf('stalled')).filter((status) => status === 'connected').length;
}

/** What becomes of a connection within two seconds. */
async function answerOf(camera: FarCamera): Promise<string> {
  const { hostname, port } = new URL(camera.url);
  const socket = connect(Number(port), hostname);
  const answer = new Promise<string>((resolve) => {
    socket.once('connect', () => {
      resolve('connected');
    });
    socket.once('error', (error) => {
      resolve(error.message);
    });
  });
  const first = await Promise.race([answer, sleep(2000).then(() => 'nothing')]);
  socket.destroy();
  return first;
}
