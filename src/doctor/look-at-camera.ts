import { SentinelError } from '../contracts/errors.ts';
import type { Clock } from '../contracts/ports.ts';
import type { FfmpegProgram } from '../media/ffmpeg-program.ts';
import { describeStream } from '../media/rtsp/describe.ts';
import type { SdpMedia } from '../media/rtsp/sdp.ts';
import { sourceContent } from '../media/source-probe.ts';
import { credentialsFor } from '../network/address.ts';
import type { CameraSource } from '../site/camera-source.ts';
import type { CameraLook } from './ports.ts';

const describeMs = 5000;
const pictureMs = 7000;

/**
 * Asks a camera what it sends: by DESCRIBE first, which says in words what is wrong, then with ffmpeg, which sees the
 * picture itself.
 * @throws SentinelError as `sourceContent` does
 */
export async function lookAtCamera(
  source: CameraSource,
  transport: 'tcp' | 'udp',
  ports: { locateFfmpeg: () => Promise<FfmpegProgram>; clock: Clock; signal: AbortSignal },
): Promise<CameraLook> {
  const { address } = source;
  const rtsp = address.protocol === 'rtsp' || address.protocol === 'rtsps';
  const described = rtsp ? await describe(source, ports.signal) : undefined;
  try {
    return await seen(source, transport, ports);
  } catch (error) {
    const ours = error instanceof SentinelError && error.name.startsWith('ES_FFMPEG_') ? error : undefined;
    if (described === undefined || ours === undefined) throw error;
    return { ...described, remark: ours };
  }
}

async function describe(source: CameraSource, signal: AbortSignal): Promise<CameraLook> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(describeMs)]);
  const media = await describeStream(source.address.location, credentialsFor(source.address, source), limit);
  const codecOf = (kind: string): string | undefined => {
    const track: SdpMedia | undefined = media.find((candidate) => candidate.media === kind);
    return track?.codec.toLowerCase();
  };
  return { video: codecOf('video') ?? '', size: undefined, audio: codecOf('audio') };
}

async function seen(
  source: CameraSource,
  transport: 'tcp' | 'udp',
  { locateFfmpeg, clock, signal }: { locateFfmpeg: () => Promise<FfmpegProgram>; clock: Clock; signal: AbortSignal },
): Promise<CameraLook> {
  const program = await locateFfmpeg();
  const limit = AbortSignal.any([signal, AbortSignal.timeout(pictureMs)]);
  try {
    return await sourceContent({ ...source, transport }, { program, clock, signal: limit });
  } catch (error) {
    if (!limit.aborted) throw error;
    throw new SentinelError('ES_CAMERA_STALLED', 'The camera answers, but sent no picture in time.', {
      hint: 'Restart the camera; some allow only one or two viewers at a time.',
    });
  }
}
