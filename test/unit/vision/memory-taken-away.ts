/**
 * Run as a process of its own: gives pictures to native code and takes their memory away at once. What reads it then ends
 * the process. The arguments are bytes of a JPEG in Base64.
 */
import { snapshotRenderer } from '../../../src/vision/annotate.ts';
import { readPicture } from '../../../src/vision/picture.ts';
import { decodeForCanvas } from '../../../src/vision/encoded-picture.ts';

const jpeg = Buffer.from(process.argv[2] ?? '', 'base64');
const side = 64;
const placement = { canvas: { width: side, height: side }, picture: { width: side, height: side, padX: 0, padY: 0 } };

const ways: Record<string, (bytes: Buffer) => { buffer: Buffer; take: () => void }> = {
  shrunk(bytes) {
    const memory = new ArrayBuffer(bytes.length, { maxByteLength: bytes.length });
    const take = () => {
      memory.resize(0);
    };
    return { buffer: filled(memory, bytes), take };
  },
  'given away'(bytes) {
    const memory = new ArrayBuffer(bytes.length);
    const take = () => {
      structuredClone(memory, { transfer: [memory] });
      globalThis.gc?.();
      new Uint8Array(bytes.length).fill(1);
    };
    return { buffer: filled(memory, bytes), take };
  },
  shared(bytes) {
    const buffer = filled(new SharedArrayBuffer(bytes.length), bytes);
    return { buffer, take: () => buffer.fill(0) };
  },
};

for (const [name, make] of Object.entries(ways)) {
  for (let round = 0; round < 20; round++) {
    const encoded = make(jpeg);
    const reading = readPicture(encoded.buffer);
    encoded.take();
    const { bytes, width, height } = await reading;
    const { pixels } = await decodeForCanvas(bytes, () => placement);
    const raw = make(Buffer.alloc(width * height * 3, 200));
    const drawing = snapshotRenderer.jpeg({ bytes: raw.buffer, encoding: 'rgb24', width, height }, []);
    raw.take();
    await drawing;
    if (pixels.rgb.length !== side * side * 3) throw new Error('other pixels');
  }
  console.log(`${name}: ${jpeg.length > 0 ? 'alive' : 'nothing to read'}`);
}

function filled(memory: ArrayBuffer | SharedArrayBuffer, bytes: Buffer): Buffer {
  const buffer = Buffer.from(memory);
  buffer.set(bytes);
  return buffer;
}
