import { addressOf, cameraMakers, type CameraStream } from './camera-makers.ts';
import { moveLogin } from './address-field.ts';
import { choice, element, numberField } from './element.ts';
import { inputOf } from './register.ts';
import type { Say } from './zones/polygons.ts';

/** The row that makes an address of a maker, a host, a channel and a stream. */
export function makerRow(place: HTMLElement, say: Say): void {
  const [known = ''] = Object.keys(cameraMakers);
  const wanted: { maker: string; channel: number; stream: CameraStream } = { maker: known, channel: 1, stream: 'main' };
  const host = element('input', { type: 'text', placeholder: '192.168.1.20', spellcheck: false, autocomplete: 'off' });
  const made = element('code', {});
  const use = element('button', { type: 'button', className: 'red-ui-button red-ui-button-small' }, say('use'));
  const address = (): string | undefined => {
    const maker = cameraMakers[wanted.maker];
    return maker === undefined ? undefined : addressOf(maker, host.value, wanted.channel, wanted.stream);
  };
  const show = (): void => {
    made.textContent = address() ?? '';
    use.disabled = address() === undefined;
  };

  const makers = Object.entries(cameraMakers).map(([value, { name }]) => ({ value, label: name }));
  const maker = choice(makers, wanted.maker, (value) => {
    wanted.maker = value;
    show();
  });
  const channel = numberField({ min: '1', max: '256', step: '1' }, wanted.channel, (value) => {
    wanted.channel = value ?? 1;
    show();
  });
  const streams = (['main', 'sub'] as const).map((value) => ({ value, label: say(value) }));
  const stream = choice(streams, wanted.stream, (value) => {
    wanted.stream = value === 'sub' ? 'sub' : 'main';
    show();
  });
  host.addEventListener('input', show);
  use.addEventListener('click', () => {
    const field = inputOf('address', true);
    const chosen = address();
    if (!(field instanceof HTMLInputElement) || chosen === undefined) return;
    field.value = chosen;
    moveLogin();
    field.dispatchEvent(new Event('change'));
  });
  const labelled = (key: string, field: HTMLElement): HTMLElement => element('label', {}, say(key), field);
  place.replaceChildren(
    labelled('maker', maker),
    labelled('host', host),
    labelled('channel', channel),
    labelled('stream', stream),
    use,
    made,
  );
  show();
}
