import { SentinelError } from '../../contracts/errors.ts';
import { isNetworkAddress } from '../../network/address.ts';
import { cameraSource } from '../../site/camera-source.ts';
import { ok, problem, problemOf, redacted, skipped, warning, type Outcome } from '../finding.ts';
import type { DeclaredNode, Installation } from '../installation.ts';
import type { CameraLook, Ports } from '../ports.ts';
import { storedCameras } from '../stored-cameras.ts';

const together = 4;
type Camera = DeclaredNode<'sentinel-camera'>;
type CameraPorts = Pick<Ports, 'lookAtCamera' | 'findStreams' | 'signal' | 'offline'>;

/** Asks every camera what it sends, four at a time: those of the flow, then those that the API added. */
export async function checkCameras(
  { cameras, folders }: Pick<Installation, 'cameras' | 'folders'>,
  ports: CameraPorts,
): Promise<Outcome[]> {
  const stored = await storedCameras({ folders }, ports);
  const all = [...cameras, ...stored.cameras];
  if (all.length + stored.unread.length === 0) return [skipped('There is no camera.')];
  const outcomes = [...(await visitAll(all, ports)), ...stored.unread];
  return outcomes.map((outcome) => redacted(outcome, stored.secrets));
}

async function visitAll(cameras: readonly Camera[], ports: CameraPorts): Promise<Outcome[]> {
  const outcomes = new Map<Camera, Outcome>();
  const waiting = [...cameras];
  const visit = async (): Promise<void> => {
    for (let camera = waiting.shift(); camera !== undefined; camera = waiting.shift()) {
      outcomes.set(camera, { about: camera.name, ...(await visited(camera, ports)) });
    }
  };
  await Promise.all(Array.from({ length: together }, visit));
  return cameras.flatMap((camera) => outcomes.get(camera) ?? []);
}

async function visited(camera: Camera, ports: CameraPorts): Promise<Outcome> {
  try {
    const source = cameraSource(camera.config, camera.credentials ?? {});
    if (ports.offline && isNetworkAddress(source.address)) return skipped('Not asked: offline.');
    if (ports.signal.aborted) return skipped('Not asked: there was no time left.');
    return judge(camera, await ports.lookAtCamera(source, camera.config.transport, ports.signal));
  } catch (error) {
    return failed(camera, error, ports);
  }
}

function judge({ config, credentials }: Camera, look: CameraLook): Outcome {
  const { size, audio } = look;
  const picture = [look.video, ...(size === undefined ? [] : [`${size.width} x ${size.height}`])].join(', ');
  const says = `It sends ${picture}, ${audio === undefined ? 'no sound' : `sound (${audio})`}.`;
  if (look.remark !== undefined) return warning(`${says} ${look.remark.message}`, look.remark.hint ?? '');
  if (config.audio !== 'off' && audio === undefined && credentials !== undefined) {
    return ok(`${says} Breaking glass and shots cannot be heard from it.`);
  }
  return ok(says);
}

function failed(camera: Camera, error: unknown, ports: CameraPorts): Outcome {
  if (ports.signal.aborted) return problem('It did not answer in time.', 'Check that it is on and can be reached.');
  const unread = camera.credentials === undefined;
  if (unread && error instanceof SentinelError && error.name === 'ES_CAMERA_UNAUTHORISED') {
    return skipped('It answers and asks for a login, which could not be read from the credentials file.');
  }
  return problemOf(error);
}
