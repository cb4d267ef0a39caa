import { drawnFrame, jobFor, newDetector } from './drawn-picture.ts';

/** Run as a process of its own: what it leaves in its home and temporary folders is looked at afterwards. */
const detector = newDetector();
await detector.detect(jobFor(await drawnFrame()));
await detector.close();
