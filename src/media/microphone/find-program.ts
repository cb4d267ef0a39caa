import { programOnPath } from '../../process/program-path.ts';
import { locateFfmpeg } from '../ffmpeg-program.ts';

/** Path of a program that has to do with sound; ffmpeg is found as it is for cameras. */
export async function findProgram(name: string): Promise<string | undefined> {
  if (name !== 'ffmpeg') return programOnPath(name);
  const found = await locateFfmpeg().catch(() => undefined);
  return found?.path;
}
