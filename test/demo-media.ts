import sharp from 'sharp';
import { paneSound, recognisedPane, soundRate } from '../scripts/demo/pane-sound.ts';
import { actionSvg, roomSvg } from '../scripts/demo/scene.ts';
import { encodeWav } from '../src/pcm/wav.ts';

/** A frame of the demo scene with the person in it. */
export async function personJpeg(): Promise<Buffer> {
  const figure = actionSvg({ x: 400, step: 0.2 }, undefined) ?? '';
  const scene = sharp(Buffer.from(roomSvg())).composite([{ input: Buffer.from(figure) }]);
  return await scene.jpeg({ quality: 92 }).toBuffer();
}

/** Half a second of silence, then the breaking pane of the demo, as a WAV file. */
export function paneWav(): Buffer {
  const pane = paneSound(recognisedPane);
  const samples = new Float32Array(pane.length + soundRate);
  samples.set(pane, soundRate / 2);
  return encodeWav(
    samples.map((sample) => sample * 0.5),
    soundRate,
  );
}
