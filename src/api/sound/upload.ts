import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../contracts/ports.ts';
import { Problem } from '../problem.ts';
import { boundaryOf } from './multipart-boundary.ts';
import { MalformedBody, MultipartReader, type TakeBytes } from './multipart-reader.ts';

/** Takes the one file of an upload. */
export interface FileTaker {
  /** Called once, before its first byte. */
  begin(): void;
  /** As `TakeBytes`. @throws Problem when the file is not wanted. */
  take(bytes: Buffer): void;
  /** Waited for before more is read; absent: nothing has to be waited for. */
  ready?(): Promise<void> | undefined;
}

export interface UploadLimits {
  /** Of the whole body. */
  bytes: number;
  /** From the first byte to the last. */
  totalMs: number;
  /** Bytes a second, over each 15 s: after half a minute, who sends slower is refused. Absent: nobody is. */
  leastRate?: number;
}

/** Whoever sends nothing for so long is gone, or wants to hold our memory. */
const idleMs = 15_000;
/** So long may anybody be slow. */
const slowMs = 30_000;
/** What a refused client still sends is thrown away for so long, so that it reads why it was refused. */
const lingerMs = 2000;
const field = 'file';

/**
 * Reads the one part called `file` of a multipart/form-data body as it comes; other parts are passed over.
 * @throws Problem 400, 408, 413, 415, and what the taker throws
 */
export async function readUpload(
  request: IncomingMessage,
  taker: FileTaker,
  { limits, clock }: { limits: UploadLimits; clock: Clock },
): Promise<void> {
  try {
    await read(request, taker, limits, clock);
  } catch (error) {
    await thrownAway(request, clock);
    throw error instanceof MalformedBody ? refusal(400, error.message) : error;
  }
}

async function read(request: IncomingMessage, taker: FileTaker, limits: UploadLimits, clock: Clock): Promise<void> {
  const type = boundaryOf(request.headers['content-type']);
  if (type === 'other') {
    throw new Problem(415, 'Send the file as multipart/form-data.', {
      headers: { 'Accept-Post': 'multipart/form-data' },
    });
  }
  if (type === 'malformed') throw refusal(400, 'The Content-Type names no usable boundary.');
  if (Number(request.headers['content-length'] ?? 0) > limits.bytes) throw tooLarge(limits);
  let files = 0;
  const reader = new MultipartReader(type.boundary, (name): TakeBytes => {
    if (name !== field) return () => undefined;
    files += 1;
    if (files > 1) throw new MalformedBody(`There is more than one part called ${field}.`);
    taker.begin();
    return (bytes) => {
      taker.take(bytes);
    };
  });
  await eachPiece(request, { limits, clock }, (piece) => {
    reader.write(piece);
    return taker.ready?.();
  });
  reader.end();
  if (files === 0) throw refusal(400, `There is no part called ${field}.`);
}

/** Not by iteration: leaving that early destroys the connection before the refusal is on its way. */
function eachPiece(
  request: IncomingMessage,
  { limits, clock }: { limits: UploadLimits; clock: Clock },
  take: (piece: Buffer) => Promise<void> | undefined,
): Promise<undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const began = clock.monotonic();
  let heardAt = began;
  let length = 0;
  /** Since the last look: bytes that came, and whether we made the client wait. */
  let [fresh, isOurs] = [0, false];
  const onData = (piece: Buffer): void => {
    heardAt = clock.monotonic();
    length += piece.length;
    fresh += piece.length;
    try {
      if (length > limits.bytes) throw tooLarge(limits);
      const ready = take(piece);
      if (ready === undefined) return;
      request.pause();
      isOurs = true;
      ready.then(() => {
        heardAt = clock.monotonic();
        request.resume();
      }, reject);
    } catch (error) {
      reject(error);
    }
  };
  const onClose = (): void => {
    // Most bodies have ended by then, and an error that nobody sees costs as much as one that somebody does.
    if (!request.readableEnded) reject(refusal(400, 'The body ends too early.'));
  };
  const watch = (): (() => void) =>
    clock.after(idleMs, () => {
      const now = clock.monotonic();
      if (!request.isPaused() && now - heardAt >= idleMs) reject(refusal(408, 'The upload has stopped.'));
      else if (now - began >= slowMs && !isOurs && (1000 * fresh) / idleMs < (limits.leastRate ?? 0))
        reject(refusal(408, 'The upload is too slow.'));
      else if (now - began >= limits.totalMs) reject(refusal(408, 'The upload takes too long.'));
      else {
        [fresh, isOurs] = [0, request.isPaused()];
        cancel = watch();
      }
    });
  let cancel = watch();
  if (request.destroyed || request.readableEnded) reject(refusal(400, 'The body ends too early.'));
  request.on('data', onData);
  request.once('end', () => {
    resolve(undefined);
  });
  request.once('close', onClose);
  request.on('error', reject);
  return promise.finally(() => {
    cancel();
    request.off('data', onData);
  });
}

/** A connection that is closed while bytes of the client are unread is reset, and the client never sees the answer. */
async function thrownAway(request: IncomingMessage, clock: Clock): Promise<void> {
  if (request.destroyed || request.readableEnded || request.complete) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const done = (): void => {
    resolve(undefined);
  };
  const cancel = clock.after(lingerMs, done);
  request.once('end', done);
  request.once('close', done);
  request.resume();
  await promise;
  cancel();
}

/** The rest is not wanted, so the connection ends with the answer. */
function refusal(status: number, detail: string): Problem {
  return new Problem(status, detail, { headers: { Connection: 'close' } });
}

function tooLarge({ bytes }: UploadLimits): Problem {
  return refusal(413, `The upload is larger than ${Math.round(bytes / 2 ** 20)} MB.`);
}
