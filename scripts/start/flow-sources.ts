import { existsSync } from 'node:fs';
import { basename, extname } from 'node:path';
import { SentinelError } from '../../src/contracts/errors.ts';
import { parseSourceAddress, type SourceAddress } from '../../src/network/address.ts';
import { UsageError } from './usage-error.ts';

/** One camera of the flow; `address` is what the environment variable of the flow will hold, without a login. */
export interface FlowSource {
  name: string;
  address: string;
  username?: string;
  password?: string;
}

const pictures: ReadonlySet<string> = new Set(['.jpg', '.jpeg', '.png', '.gif', '.webp', '.bmp']);

/**
 * Sources of the command line as cameras: names that topics can carry, no two alike, and logins kept apart.
 * @throws UsageError for an address that cannot work.
 */
export function flowSources(sources: readonly string[]): FlowSource[] {
  const taken = new Set<string>();
  return sources.map((source, index) => {
    const address = parsed(source);
    const { username, password, location } = address;
    const name = freeName(cameraName(address, index), taken);
    taken.add(name);
    return {
      name,
      address: location,
      ...(username === undefined ? {} : { username }),
      ...(password === undefined ? {} : { password }),
    };
  });
}

function parsed(source: string): SourceAddress {
  try {
    const address = parseSourceAddress(source);
    if (address.protocol !== 'file' && address.protocol !== 'device') return address;
    if (!existsSync(address.location)) throw new UsageError(`There is no file ${address.location}.`);
    if (!pictures.has(extname(address.location).toLowerCase())) return address;
    throw new UsageError(
      `${address.location} is a picture, no video. The example "Detect in a picture (http)" looks at pictures.`,
    );
  } catch (error) {
    if (error instanceof SentinelError) throw new UsageError(error.toString());
    throw error;
  }
}

function cameraName(address: SourceAddress, index: number): string {
  const raw = address.protocol === 'file' || address.protocol === 'device' ? basename(address.location) : '';
  const name = raw.replace(/[^a-zA-Z0-9_-]+/g, '-').slice(0, 40);
  return name === '' ? `camera-${index + 1}` : name;
}

function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let number = 2, free = name; ; free = `${name}-${number++}`) if (!taken.has(free)) return free;
}
