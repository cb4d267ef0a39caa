import credentials from 'credentials-of:sentinel-camera';
import samples from 'sample-clips';
import schema from 'settings-of:sentinel-camera';
import { moveLogin, watchAddress } from '../../src/editor/address-field.ts';
import { inputOf, registerNode, text } from '../../src/editor/register.ts';
import { splitAddress } from '../../src/editor/split-address.ts';
import { hostWithoutScheme } from '../../src/network/authority.ts';

registerNode({
  type: 'sentinel-camera',
  schema,
  credentials,
  icon: 'sentinel-camera.svg',
  checks: { address: checkAddress },
  prepare() {
    watchAddress();
    offerSample();
  },
  save: moveLogin,
});

function checkAddress(value: string): true | string {
  const sample = /^ *sample:(.*?) *$/i.exec(value)?.[1];
  if (sample !== undefined) return checkSample(sample);
  const host = hostWithoutScheme(value.trim());
  if (host !== undefined) return text('sentinel-camera', 'sentinel-camera.fault.scheme', { host });
  const split = splitAddress(value);
  if (split === undefined) return text('sentinel-camera', 'sentinel-camera.fault.unclear');
  return split.address === value || text('sentinel-camera', 'sentinel-camera.fault.login');
}

function checkSample(sample: string): true | string {
  if (samples.includes(sample.toLowerCase())) return true;
  return text('sentinel-camera', 'sentinel-camera.fault.sample', { sample, samples: samples.join(', ') });
}

/** Puts the address of the sample clip into the field, and a name where there is none: then all is filled in. */
function offerSample(): void {
  const [address, name] = ['address', 'name'].map((key) => inputOf(key, true));
  if (!(address instanceof HTMLInputElement) || !(name instanceof HTMLInputElement)) return;
  const button = document.querySelector<HTMLButtonElement>('#echosight-sample button');
  if (button === null) return;
  button.title = text('sentinel-camera', 'sentinel-camera.tip.sampleIs');
  button.addEventListener('click', () => {
    address.value = `sample:${samples[0] ?? ''}`;
    if (name.value === '') name.value = name.placeholder;
    for (const field of [address, name]) field.dispatchEvent(new Event('change'));
  });
}
