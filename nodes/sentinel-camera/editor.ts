import credentials from 'credentials-of:sentinel-camera';
import schema from 'settings-of:sentinel-camera';
import { moveLogin, watchAddress } from '../../src/editor/address-field.ts';
import { registerNode, text } from '../../src/editor/register.ts';
import { splitAddress } from '../../src/editor/split-address.ts';

registerNode({
  type: 'sentinel-camera',
  schema,
  credentials,
  icon: 'sentinel-camera.svg',
  checks: {
    address: (value) => splitAddress(value).address === value || text('sentinel-camera', 'sentinel-camera.fault.login'),
  },
  prepare: watchAddress,
  save: moveLogin,
});
