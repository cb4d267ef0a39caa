import { ok, problemOf, warning, type Outcome } from '../finding.ts';
import type { Ports } from '../ports.ts';

/** Finds the ffmpeg that cameras will be read with, and says what it can do. */
export async function checkFfmpeg(ports: Pick<Ports, 'locateFfmpeg' | 'ffmpegVersion'>): Promise<Outcome> {
  try {
    const program = await ports.locateFfmpeg();
    const version = await ports.ffmpegVersion(program);
    const says = `ffmpeg ${version === '' ? 'of unknown version' : version} at ${program.path}`;
    if (!program.hidesAddress) {
      return warning(
        `${says}; it cannot keep a login off its command line, so cameras with a password are refused.`,
        'Install ffmpeg 5 or newer, or set FFMPEG_PATH to one.',
      );
    }
    if (program.warning !== undefined) return warning(`${says}.`, program.warning);
    return ok(`${says}; addresses and logins of cameras stay off its command line.`);
  } catch (error) {
    return problemOf(error);
  }
}
