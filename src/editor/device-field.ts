import { element } from './element.ts';
import { inputOf } from './register.ts';

/** A device as `GET echosight/mic-in/devices` gives it. */
interface Device {
  device: string;
  label: string;
  kind: 'microphone' | 'loopback' | 'alias';
  recorders: readonly string[];
}

/** Words of the list. */
export interface DeviceWords {
  looking: string;
  choose: string;
  none: string;
  unknown: string;
  loopback: (label: string) => string;
}

/** Fills the list beside the device field with what the machine of Node-RED has; a choice goes into the field. */
export function offerDevices(words: DeviceWords): void {
  const [field, recorder] = [inputOf('device'), inputOf('recorder')];
  const list = document.getElementById('echosight-devices');
  const said = document.getElementById('echosight-devices-said');
  if (!(field instanceof HTMLInputElement) || !(recorder instanceof HTMLSelectElement)) return;
  if (!(list instanceof HTMLSelectElement) || said === null) return;

  const say = (line: string): void => {
    said.textContent = line;
    said.hidden = line === '';
  };
  const show = (devices: readonly Device[]): void => {
    const fitting = devices.filter(({ recorders }) => recorder.value === 'auto' || recorders.includes(recorder.value));
    const options = fitting.map(({ device, label, kind }) => {
      const shown = kind === 'loopback' ? words.loopback(label) : label;
      return element('option', { value: device, title: device }, shown);
    });
    list.replaceChildren(element('option', { value: '' }, words.choose), ...options);
    list.hidden = fitting.length === 0;
    say(devices.some(({ kind }) => kind === 'microphone') ? '' : words.none);
  };

  list.hidden = true;
  say(words.looking);
  list.addEventListener('change', () => {
    if (list.value === '') return;
    field.value = list.value;
    list.value = '';
    // Node-RED checks a field anew when it hears of the change.
    field.dispatchEvent(new Event('change'));
  });
  $.getJSON('echosight/mic-in/devices').then(
    (devices) => {
      recorder.addEventListener('change', () => {
        show(devices as Device[]);
      });
      show(devices as Device[]);
    },
    () => {
      say(words.unknown);
    },
  );
}
