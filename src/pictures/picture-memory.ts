import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Of dead pictures that may lie about: nine of 640 x 360. */
const mostGarbage = 6_000_000;

type CollectGarbage = (options: { type: 'minor' }) => void;

let handedOut = 0;
let scavenge: CollectGarbage | false | undefined;

/**
 * Memory for one picture that goes out with its message. V8 lets such memory lie about, dead as it is, until its own heap is full
 * enough to look; what piles up meanwhile the process never gives back. So the young generation is collected before that, which
 * takes about a millisecond: eight cameras in one Node-RED add 15 MB to it instead of 80 (`npm run -s bench -- ingest`).
 */
export function pictureMemory(bytes: number): Buffer {
  handedOut += bytes;
  if (handedOut > mostGarbage) {
    handedOut = bytes;
    scavenge ??= findScavenge();
    if (scavenge !== false) scavenge({ type: 'minor' });
  }
  // Not from the shared pool: it may live long. Not zeroed first.
  return Buffer.allocUnsafeSlow(bytes);
}

/** @returns false where V8 does not hand it out: its own collections do, too */
function findScavenge(): CollectGarbage | false {
  // Node.js was started with --expose-gc: that stays so.
  const found: unknown = globalThis.gc ?? exposedForAMoment();
  return typeof found === 'function' ? (found as CollectGarbage) : false;
}

function exposedForAMoment(): unknown {
  try {
    setFlagsFromString('--expose-gc');
    return runInNewContext('gc');
  } catch {
    return undefined;
  } finally {
    // What others run in new contexts must not find it there.
    setFlagsFromString('--no-expose-gc');
  }
}
