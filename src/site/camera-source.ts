import type { SentinelCameraConfig } from '../contracts/configs.ts';
import type { FrameZone } from '../contracts/messages.ts';
import type { PrivacyOptions } from '../media/privacy/privacy-mask.ts';
import { parseSourceAddress, type SourceAddress } from '../network/address.ts';

/** Where a camera is and how to log in. */
export interface CameraSource {
  address: SourceAddress;
  username?: string;
  password?: string;
}

/**
 * Address and login of a camera. Credentials of the node go before those in the address, which may
 * come from an environment variable.
 * @throws SentinelError ES_BAD_ADDRESS
 */
export function cameraSource(
  config: SentinelCameraConfig,
  credentials: Readonly<Record<string, string>>,
): CameraSource {
  const address = parseSourceAddress(config.address);
  const username = credentials.username ?? address.username;
  const password = credentials.password ?? address.password;
  return {
    address,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}

/** What of the picture of a camera nobody may see. */
export function cameraPrivacy({ zones, maskFile }: SentinelCameraConfig): PrivacyOptions {
  return {
    polygons: zones.flatMap(({ kind, points }) => (kind === 'privacy' ? [points] : [])),
    maskFile: maskFile.trim(),
  };
}

/** The polygons of a camera that travel with its frames; nothing where there are none. */
export function frameZones({ zones }: SentinelCameraConfig): { zones?: FrameZone[] } {
  const shown = zones.flatMap(({ kind, ...zone }): FrameZone[] => (kind === 'privacy' ? [] : [{ kind, ...zone }]));
  return shown.length === 0 ? {} : { zones: shown };
}
