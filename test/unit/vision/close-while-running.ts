import { setTimeout } from 'node:timers/promises';
import { drawnFrame, jobFor, newDetector } from './drawn-picture.ts';

/** Run as a process of its own: ending a thread wrongly during a native run would abort it. */
const picture = await drawnFrame();
let closed = 0;
for (let round = 0; round < 5; round++) {
  const detector = newDetector();
  await detector.detect(jobFor(picture));
  const running = detector.detect(jobFor(picture));
  await setTimeout(5 * round);
  await detector.close();
  if (!(await running).dropped) closed++;
}
process.stdout.write(`closed ${closed} times\n`);
