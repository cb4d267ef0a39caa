import type { Readable } from 'node:stream';
import type { Clock } from '../contracts/ports.ts';

const beatMs = 1000;

/** What sets the speed of reading. */
export interface Pace {
  /** Settles when what was handed out has been used. */
  ready(): Promise<void>;
  /** Told every second of a wait: nothing comes, but nothing is wrong. */
  alive(): void;
  /** Whether nobody will use the rest: it is read to its end without a pause. */
  ending(): boolean;
  clock: Clock;
}

/**
 * Reads a stream no faster than what is made of it is used. While it waits, the pipe fills and the program at its
 * other end waits too: nothing is dropped and nothing piles up. Never rejects.
 * @param cut what a chunk completes, each as a function that hands it out
 */
export async function readAtPace(
  stream: Readable,
  cut: (chunk: Buffer) => readonly (() => void)[],
  pace: Pace,
): Promise<void> {
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      for (const handOut of cut(chunk)) {
        if (pace.ending()) break;
        handOut();
        await untilReady(pace);
      }
    }
  } catch {
    // A stream that breaks off: the exit of its program says why.
  }
}

function untilReady(pace: Pace): Promise<void> {
  return new Promise((resolve) => {
    const beat = (): void => {
      if (pace.ending()) {
        resolve();
        return;
      }
      pace.alive();
      cancel = pace.clock.after(beatMs, beat);
    };
    let cancel = pace.clock.after(beatMs, beat);
    void pace.ready().then(() => {
      cancel();
      resolve();
    });
  });
}
