import { asSentinelError } from '../contracts/errors.ts';
import { cameraOf, type RunnableStream } from '../streams/stored-stream.ts';
import { secretsIn } from '../streams/stream-address.ts';
import { addressLost } from '../streams/stream-store.ts';
import { problem, problemOf, skipped, type Outcome } from './finding.ts';
import type { DeclaredNode, Installation } from './installation.ts';
import type { FoundStreams, Ports } from './ports.ts';

/** What the API added, as the cameras of a flow. */
export interface StoredCameras {
  cameras: DeclaredNode<'sentinel-camera'>[];
  /** What cannot be asked, and why. */
  unread: Outcome[];
  /** Of their addresses. */
  secrets: string[];
}

/** The streams of every data folder; one that cannot be read is told and hides no other. */
export async function storedCameras(
  { folders }: Pick<Installation, 'folders'>,
  ports: Pick<Ports, 'findStreams' | 'signal'>,
): Promise<StoredCameras> {
  const all = await Promise.all(folders.map(({ site, folder }) => inFolder(folders.length === 1 ? '' : site, folder)));
  return {
    cameras: all.flatMap(({ cameras }) => cameras),
    unread: all.flatMap(({ unread }) => unread),
    secrets: all.flatMap(({ secrets }) => secrets),
  };

  async function inFolder(site: string, folder: string): Promise<StoredCameras> {
    const about = site === '' ? {} : { about: site };
    try {
      return split(await ports.findStreams(folder), about);
    } catch (error) {
      const { message } = asSentinelError(error, 'ES_DATABASE');
      const advice = 'See what is said of the database.';
      const unread = [
        { ...about, ...skipped(`Cameras that the API added could not be looked up. ${message}`, advice) },
      ];
      return { cameras: [], unread, secrets: [] };
    }
  }
}

function split({ streams, fault }: FoundStreams, about: { about?: string }): StoredCameras {
  const found = streams.flatMap((stream) =>
    stream.address === undefined ? [] : [{ ...stream, address: stream.address }],
  );
  const lost = streams.filter(({ address }) => address === undefined);
  return {
    cameras: found.map((stream) => declared(stream)),
    unread: fault === undefined ? lost.map(lostAlone) : [{ ...about, ...lostTogether(lost, fault) }],
    secrets: found.flatMap(({ address }) => secretsOf(address)),
  };
}

function declared(stream: RunnableStream): StoredCameras['cameras'][number] {
  return { id: `stream ${stream.key}`, name: stream.source, config: cameraOf(stream), credentials: {} };
}

/** The rules for addresses may have become stricter since it was written. */
function secretsOf(address: string): string[] {
  try {
    return secretsIn(address);
  } catch {
    return [address];
  }
}

function lostAlone({ source }: RunnableStream): Outcome {
  return { about: source, ...problemOf(addressLost(source)) };
}

function lostTogether(lost: readonly RunnableStream[], fault: string): Outcome {
  const names = lost.map(({ source }) => source).join(', ');
  return problem(
    `The file streams.key of the data folder ${fault}: the addresses of cameras that the API added cannot be read (${names}).`,
    'Put it back from a backup, readable for this user. Without one write the address of each of them anew.',
  );
}
