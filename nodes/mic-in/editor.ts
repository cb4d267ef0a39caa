import schema from 'settings-of:mic-in';
import { offerDevices } from '../../src/editor/device-field.ts';
import { offerSoundCheck } from '../../src/editor/sound-check.ts';
import { accepts, registerNode, text } from '../../src/editor/register.ts';
import { deviceName } from '../../src/media/microphone/device-name.ts';

registerNode({
  type: 'mic-in',
  schema,
  icon: 'mic-in.svg',
  canvas: { colour: '#A6BBCF', input: true, outputs: ['sound', 'status'] },
  checks: { device: (device) => accepts(deviceName, device) || text('mic-in', 'mic-in.fault.device') },
  prepare: ({ id }) => {
    offerDevices({
      looking: text('mic-in', 'mic-in.devices.looking'),
      choose: text('mic-in', 'mic-in.devices.choose'),
      none: text('mic-in', 'mic-in.devices.none'),
      unknown: text('mic-in', 'mic-in.devices.unknown'),
      loopback: (label) => text('mic-in', 'mic-in.devices.loopback', { label }),
    });
    offerSoundCheck(id);
  },
});
