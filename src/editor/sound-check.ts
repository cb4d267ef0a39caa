import type { SoundCheckResult, SoundCheckState, SoundVerdict } from '../contracts/sound-check.ts';
import { element } from './element.ts';
import { inputOf, text } from './register.ts';

const askEveryMs = 250;
const verdictLooks: Readonly<Record<SoundVerdict, { row: string; icon: string }>> = {
  good: { row: 'echosight-ok', icon: 'fa-check' },
  noisy: { row: 'echosight-warning', icon: 'fa-exclamation-triangle' },
  faint: { row: 'echosight-warning', icon: 'fa-exclamation-triangle' },
  clips: { row: 'echosight-warning', icon: 'fa-exclamation-triangle' },
  same: { row: 'echosight-problem', icon: 'fa-times-circle' },
  dead: { row: 'echosight-problem', icon: 'fa-times-circle' },
};

const say = (key: string, params?: Record<string, string | number>): string =>
  text('mic-in', `mic-in.check.${key}`, params);

/** The button of the dialog compares quiet with loud, for the microphone as it is chosen in the dialog; again, it stops. */
export function offerSoundCheck(node: string): void {
  const button = document.getElementById('echosight-sound-button');
  const place = document.getElementById('echosight-sound-said');
  if (button === null || place === null) return;
  let running: Run | undefined;
  const finish = (): void => {
    running = undefined;
    button.replaceChildren(...caption('fa-microphone', say('button')));
  };
  button.addEventListener('click', () => {
    if (running !== undefined) {
      running.stop();
      return;
    }
    button.replaceChildren(...caption('fa-stop', say('stop')));
    running = new Run(place, finish);
    running.begin(node);
  });
}

/** One check, from the click to its result. */
class Run {
  readonly #place: HTMLElement;
  readonly #finish: () => void;
  readonly #instruction = element('strong', {}, say('starting'));
  readonly #left = element('span', { className: 'echosight-sound-left' });
  readonly #meter = element('meter', { min: -80, max: 0, low: -40, high: -3, optimum: -20, value: -80 });
  #id: string | undefined;
  #over = false;

  constructor(place: HTMLElement, finish: () => void) {
    this.#place = place;
    this.#finish = finish;
    // Read out is what is to be done, not every change of the level.
    const instruction = element('p', {}, this.#instruction);
    instruction.setAttribute('role', 'status');
    const level = element('p', { className: 'echosight-sound-level' }, this.#meter, this.#left);
    level.setAttribute('aria-hidden', 'true');
    place.replaceChildren(instruction, level);
  }

  begin(node: string): void {
    const [device, recorder] = [valueOf('device'), valueOf('recorder')];
    this.#ask('check-begin', { node, device, recorder });
  }

  stop(): void {
    this.#end(element('p', {}, say('stopped')));
    this.#release();
  }

  #release(): void {
    if (this.#id !== undefined) $.getJSON(address('check-stop', { id: this.#id })).then(ignore, ignore);
  }

  #ask(question: string, query: Record<string, string>): void {
    $.getJSON(address(question, query)).then(
      (answer) => {
        this.#hear(answer as SoundCheckState);
      },
      (request) => {
        this.#end(failure((request as { status: number; responseJSON?: Failure }).responseJSON ?? refusal(request)));
      },
    );
  }

  #hear(state: SoundCheckState): void {
    this.#id = state.id;
    // The button was pressed again, or the dialog was closed.
    if (this.#over || !this.#place.isConnected) {
      this.#release();
      return;
    }
    if (state.failure !== undefined) this.#end(failure(state.failure));
    else if (state.result !== undefined) this.#end(...result(state.result, state.shared));
    else this.#show(state, state.id);
  }

  #show({ step, left, dbfs }: SoundCheckState, id: string): void {
    const instruction = say(step);
    if (this.#instruction.textContent !== instruction) this.#instruction.textContent = instruction;
    this.#left.textContent = step === 'starting' ? '' : say('left', { seconds: left });
    this.#meter.value = dbfs;
    setTimeout(() => {
      this.#ask('check', { id });
    }, askEveryMs);
  }

  #end(...shown: HTMLElement[]): void {
    if (this.#over) return;
    this.#over = true;
    const said = element('div', {}, ...shown);
    said.setAttribute('role', 'status');
    this.#place.replaceChildren(said);
    this.#finish();
  }
}

interface Failure {
  message: string;
  hint?: string;
}

function address(question: string, query: Record<string, string>): string {
  return `echosight/mic-in/${question}?${new URLSearchParams(query).toString()}`;
}

function valueOf(setting: string): string {
  const field = inputOf(setting);
  return field instanceof HTMLInputElement || field instanceof HTMLSelectElement ? field.value : '';
}

function caption(icon: string, words: string): (HTMLElement | string)[] {
  return [element('i', { className: `fa ${icon}` }), ` ${words}`];
}

function refusal(request: unknown): Failure {
  const { status } = request as { status: number };
  return { message: say(status === 401 || status === 403 ? 'forbidden' : 'unreachable') };
}

function failure({ message, hint }: Failure): HTMLElement {
  return verdictRow('echosight-problem', 'fa-times-circle', hint === undefined ? message : `${message} ${hint}`);
}

function result({ verdict, ...numbers }: SoundCheckResult, shared: boolean): HTMLElement[] {
  const { noiseDbfs, loudDbfs, snrDb, clippedShare } = numbers;
  const share = clippedShare === 0 ? '0' : Math.max(0.01, clippedShare * 100).toFixed(2);
  const rows = [
    ['noise', say('dbfs', { level: noiseDbfs.toFixed(1) })],
    ['loudness', say('dbfs', { level: loudDbfs.toFixed(1) })],
    ['snr', say('db', { level: snrDb.toFixed(1) })],
    ['clipping', say('percent', { share })],
  ] as const;
  const table = element('dl', {});
  for (const [key, shown] of rows) table.append(element('dt', {}, say(key)), element('dd', {}, shown));
  const { row, icon } = verdictLooks[verdict];
  const origin = shared ? [element('p', { className: 'echosight-advice' }, say('shared'))] : [];
  return [verdictRow(row, icon, say(`verdict.${verdict}`)), table, ...origin];
}

function verdictRow(look: string, icon: string, words: string): HTMLElement {
  const picture = element('i', { className: `fa ${icon}` });
  picture.setAttribute('aria-hidden', 'true');
  return element('p', { className: `echosight-sound-verdict ${look}` }, picture, element('span', {}, words));
}

function ignore(): void {
  // The check ends by itself when nobody asks for it.
}
