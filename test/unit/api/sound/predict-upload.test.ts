import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Problem } from '../../../../src/api/problem.ts';
import { PredictUploads } from '../../../../src/api/sound/predict-upload.ts';
import { encodeWav } from '../../../../src/pcm/wav.ts';
import { ManualClock } from '../../manual-clock.ts';

const head = '--b\r\nContent-Disposition: form-data; name="file"\r\n\r\n';
/** Takes 32 MB of memory, since it comes in pieces: what is there is doubled when it is full. */
const half = Buffer.concat([Buffer.from(head), encodeWav(new Float32Array(8.5e6), 16_000)]);
const end = '\r\n--b--';

/** An upload of which the first bytes are there. */
function uploadOf(bytes: Buffer) {
  const stream = new PassThrough();
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  for (let at = 0; at < bytes.length; at += 1 << 20) stream.write(bytes.subarray(at, at + (1 << 20)));
  return { stream, request: Object.assign(stream, { headers, complete: false }) as unknown as IncomingMessage };
}

const small = (): IncomingMessage => {
  const { stream, request } = uploadOf(Buffer.from(`${head}RIFF    WAVEfmt ${'x'.repeat(100_000)}${end}`));
  stream.end();
  return request;
};

describe('the memory of all uploads', () => {
  test('is bounded: what does not fit is told to come again, and what breaks off gives its own back', async () => {
    const clock = new ManualClock();
    const uploads = new PredictUploads(clock);
    const answered = Promise.withResolvers<undefined>();
    let heard = 0;
    const beingHeard = Array.from({ length: 4 }, () => {
      const { stream, request } = uploadOf(half);
      stream.end(end);
      return uploads.take(request, undefined, async () => {
        heard += 1;
        await answered.promise;
        return 'heard';
      });
    });
    const broken = uploadOf(half);
    const breaking = assert.rejects(
      uploads.take(broken.request, undefined, () => Promise.resolve('heard')),
      (error) => error instanceof Problem && error.status === 400,
    );
    while (heard < 4 || broken.stream.readableLength + broken.stream.writableLength > 0) await turn();
    await assert.rejects(
      uploads.take(small(), undefined, () => Promise.resolve('heard')),
      (error) => error instanceof Problem && error.status === 429 && error.headers['Retry-After'] !== undefined,
    );
    broken.stream.destroy();
    await breaking;
    assert.equal(
      await uploads.take(small(), undefined, () => Promise.resolve('heard')),
      'heard',
      'there is room again',
    );
    answered.resolve(undefined);
    assert.deepEqual(await Promise.all(beingHeard), ['heard', 'heard', 'heard', 'heard']);
  });

  test('of one account, half of it is the most: nobody keeps the others from being heard', async () => {
    const uploads = new PredictUploads(new ManualClock());
    const heard = () => Promise.resolve('heard');
    const begun = (bytes: Buffer, count: number) =>
      Array.from({ length: count }, () => {
        const { stream, request } = uploadOf(bytes);
        const broken = assert.rejects(uploads.take(request, 'one', heard), Problem);
        return { stream, broken };
      });
    const over = async (open: ReturnType<typeof begun>) => {
      for (const { stream } of open) stream.destroy();
      await Promise.all(open.map(({ broken }) => broken));
    };
    const busy = (error: unknown): boolean => error instanceof Problem && error.status === 429;
    const others = async () => {
      assert.equal(await uploads.take(small(), 'another', heard), 'heard');
      assert.equal(await uploads.take(small(), undefined, heard), 'heard');
    };

    const slow = begun(Buffer.from(`${head}RIFF`), 200);
    await assert.rejects(uploads.take(small(), 'one', heard), busy, 'places');
    await others();
    await over(slow);

    const large = begun(half, 2);
    while (large.some(({ stream }) => stream.readableLength + stream.writableLength > 0)) await turn();
    const third = uploadOf(half);
    third.stream.end(end);
    await assert.rejects(uploads.take(third.request, 'one', heard), busy, 'memory');
    await others();
    await over(large);
    assert.equal(await uploads.take(small(), 'one', heard), 'heard');
  });
});
