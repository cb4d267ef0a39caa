import credentials from 'credentials-of:sentinel-camera';
import samples from 'sample-clips';
import schema from 'settings-of:sentinel-camera';
import { moveLogin, watchAddress } from '../../src/editor/address-field.ts';
import { CameraPicture } from '../../src/editor/camera-picture.ts';
import { endLook } from '../../src/editor/camera-look.ts';
import { makerRow } from '../../src/editor/maker-row.ts';
import { inputOf, registerNode, text } from '../../src/editor/register.ts';
import { splitAddress } from '../../src/editor/split-address.ts';
import { hostWithoutScheme } from '../../src/network/authority.ts';

const type = 'sentinel-camera';

/** The picture and the zones of the dialog that is open now; Node-RED opens one of this type at a time. */
let picture: CameraPicture | undefined;

registerNode({
  type,
  schema,
  credentials,
  icon: 'sentinel-camera.svg',
  checks: { address: checkAddress },
  places: {
    zones: ([index, field]) => {
      const zone = text(type, `${type}.zones.fault`, { number: Number(index) + 1 });
      return field === 'name' ? `${zone}, ${text(type, `${type}.zones.name`)}` : zone;
    },
  },
  prepare(node) {
    watchAddress();
    offerSample();
    const maker = document.getElementById('echosight-maker');
    if (maker !== null) makerRow(maker, (key) => text(type, `${type}.maker.${key}`));
    picture = new CameraPicture(node, (key, params) => text(type, `${type}.${key}`, params));
  },
  save(node) {
    moveLogin();
    const zones = picture?.changedZones;
    if (zones !== undefined) node.zones = zones;
    endLook();
  },
  cancel: endLook,
});

function checkAddress(value: string): true | string {
  const sample = /^ *sample:(.*?) *$/i.exec(value)?.[1];
  if (sample !== undefined) return checkSample(sample);
  const host = hostWithoutScheme(value.trim());
  if (host !== undefined) return text(type, `${type}.fault.scheme`, { host });
  const split = splitAddress(value);
  if (split === undefined) return text(type, `${type}.fault.unclear`);
  return split.address === value || text(type, `${type}.fault.login`);
}

function checkSample(sample: string): true | string {
  if (samples.includes(sample.toLowerCase())) return true;
  return text(type, `${type}.fault.sample`, { sample, samples: samples.join(', ') });
}

/** Puts the address of the sample clip into the field, and a name where there is none: then all is filled in. */
function offerSample(): void {
  const [address, name] = ['address', 'name'].map((key) => inputOf(key, true));
  if (!(address instanceof HTMLInputElement) || !(name instanceof HTMLInputElement)) return;
  const button = document.querySelector<HTMLButtonElement>('#echosight-sample button');
  if (button === null) return;
  button.title = text(type, `${type}.tip.sampleIs`);
  button.addEventListener('click', () => {
    address.value = `sample:${samples[0] ?? ''}`;
    if (name.value === '') name.value = name.placeholder;
    for (const field of [address, name]) field.dispatchEvent(new Event('change'));
  });
}
