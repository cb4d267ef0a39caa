import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { House } from '../faults/house.ts';
import { recoverFromKills } from '../faults/recover-server.ts';
import { CameraProcess } from '../hosts/camera-process.ts';

const kills = 15;

/** A whole house whose one camera is killed as by a power cut, fifteen times; `npm run soak -- recover` does it 200 times. */
export default async function recover(): Promise<Record<string, unknown>> {
  const enders: (() => Promise<void>)[] = [];
  try {
    const camera = await CameraProcess.start();
    enders.push(() => camera.stop());
    const house = await House.open({ after: (end) => void enders.push(end) }, { camera: camera.url });
    const onKill = (kill: number): void => {
      console.error(`${kill} of ${kills}`);
    };
    const { descriptors, ...figures } = await recoverFromKills(house, camera, {
      ...{ kills, random: seededRandom(20_261_121), onKill },
    });
    console.error(`open at the end: ${JSON.stringify(descriptors)}`);
    return figures;
  } finally {
    for (const end of enders.reverse()) await end();
  }
}
