import credentials from 'credentials-of:sentinel-camera';
import schema from 'settings-of:sentinel-camera';
import { moveLogin, watchAddress } from '../../src/editor/address-field.ts';
import { registerNode, text } from '../../src/editor/register.ts';
import { splitAddress } from '../../src/editor/split-address.ts';
import { hostWithoutScheme } from '../../src/network/authority.ts';

registerNode({
  type: 'sentinel-camera',
  schema,
  credentials,
  icon: 'sentinel-camera.svg',
  checks: { address: checkAddress },
  prepare: watchAddress,
  save: moveLogin,
});

function checkAddress(value: string): true | string {
  const host = hostWithoutScheme(value.trim());
  if (host !== undefined) return text('sentinel-camera', 'sentinel-camera.fault.scheme', { host });
  const split = splitAddress(value);
  if (split === undefined) return text('sentinel-camera', 'sentinel-camera.fault.unclear');
  return split.address === value || text('sentinel-camera', 'sentinel-camera.fault.login');
}
