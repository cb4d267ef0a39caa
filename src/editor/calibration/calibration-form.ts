import {
  calibratedClasses,
  calibrationLimits,
  recordingFor,
  type CalibrationKept,
  type CalibrationSource,
} from '../../contracts/calibration.ts';
import { caption, captioned, choice, element } from '../element.ts';
import { nameOf, say, roundMinutes } from './calibration-words.ts';

const silentSeconds = 5;
/** False alarms a day. */
const budgets = { month: 1 / 30, week: 1 / 7, day: 1, hours: 4 } as const;

/** The fields and buttons that calibrate one microphone, and what is said of it. */
export class CalibrationForm {
  /** For a list of the microphones. */
  readonly microphones = element('div');
  readonly record = captioned('fa-circle', say('record'));
  readonly mark = captioned('fa-flag', say('mark'));
  readonly forget = captioned('fa-trash', say('forget'));
  readonly suggest = captioned('fa-magic', say('suggest'));
  /** For what is suggested. */
  readonly suggested = element('div');
  readonly #words = element('p');
  readonly #body = element('div', { hidden: true });
  readonly #minutes = element('input', { type: 'number', value: String(recordingFor(budgets.week)), step: '1' });
  readonly #bar = element('progress', { max: 1, value: 0 });
  readonly #progress = element('span');
  readonly #label = choice(
    calibratedClasses.map((value) => ({ value, label: nameOf(value) })),
    'glass_break',
    () => undefined,
  );
  readonly #clip = element('p');
  readonly #kept = element('p');
  readonly #budget = choice(
    Object.keys(budgets).map((value) => ({ value, label: say(`budget.${value}`) })),
    'week',
    () => {
      // So long a recording can speak of it.
      if (!this.#isRecording) this.#minutes.value = String(recordingFor(this.budgetPerDay));
    },
  );
  #isRecording = false;

  /** @param place What stood there goes. */
  constructor(place: HTMLElement) {
    for (const part of [this.#words, this.#clip, this.suggested]) part.setAttribute('role', 'status');
    this.#minutes.min = String(calibrationLimits.minutes.least);
    this.#minutes.max = String(calibrationLimits.minutes.most);
    this.#body.append(
      ...[this.microphones, element('h5', {}, say('step.ambient'))],
      ...[labelled('minutes', this.#minutes, this.record), row(this.#bar, this.#progress)],
      ...[element('h5', {}, say('step.clips')), labelled('class', this.#label, this.mark), this.#clip],
      row(this.#kept, this.forget),
      ...[element('h5', {}, say('step.suggest')), labelled('atMost', this.#budget, this.suggest), this.suggested],
    );
    place.replaceChildren(this.#words, this.#body);
  }

  get isRecording(): boolean {
    return this.#isRecording;
  }

  /** How long to record, as it was typed. */
  get minutes(): string {
    return this.#minutes.value;
  }

  /** The class that is played. */
  get label(): string {
    return this.#label.value;
  }

  /** False alarms a day that are put up with. */
  get budgetPerDay(): number {
    return budgets[this.#budget.value as keyof typeof budgets];
  }

  /** How it goes with a microphone. @param kept of it */
  show(source: CalibrationSource, kept: CalibrationKept | undefined): void {
    this.#body.hidden = false;
    this.#showSound(source);
    this.#showRecording(source.recording);
    this.#showClip(source.clip);
    this.#showKept(kept);
  }

  /** There is nothing to calibrate. @param why in words */
  showNothing(why: string): void {
    this.#body.hidden = true;
    this.tell('echosight-warning', why);
  }

  /** One sentence above all else. */
  tell(look: string, words: string): void {
    write(this.#words, words);
    this.#words.className = look;
  }

  #showSound({ source, area, silentSeconds: silence, fault }: CalibrationSource): void {
    const isSilent = silence === null || silence > silentSeconds;
    if (fault !== undefined) this.tell('echosight-problem', fault);
    else if (isSilent) this.tell('echosight-warning', say('silent', { source, seconds: Math.round(silence ?? 0) }));
    else this.tell('echosight-advice', say('hears', { source, area }));
  }

  #showRecording(recording: CalibrationSource['recording']): void {
    this.#isRecording = recording !== undefined;
    caption(this.record, say(this.#isRecording ? 'stop' : 'record'), this.#isRecording ? 'fa-stop' : 'fa-circle');
    this.#minutes.disabled = this.#isRecording;
    this.#bar.parentElement?.toggleAttribute('hidden', recording === undefined);
    if (recording === undefined) return;
    const { seconds, ofSeconds, windows } = recording;
    this.#bar.value = seconds / ofSeconds;
    this.#progress.textContent = say('progress', { done: clockTime(seconds), of: clockTime(ofSeconds), windows });
  }

  #showClip(clip: CalibrationSource['clip']): void {
    this.mark.disabled = clip?.state === 'listening';
    const score = clip?.state === 'kept' ? clip.score.toFixed(2) : '';
    write(
      this.#clip,
      clip === undefined ? say('clipHow') : say(`clip.${clip.state}`, { label: nameOf(clip.label), score }),
    );
  }

  #showKept(kept: CalibrationKept | undefined): void {
    const clips = Object.entries(kept?.clips ?? {}).map(([label, count]) => `${nameOf(label)} ${count}`);
    const minutes = kept?.ambientMinutes ?? 0;
    const some = minutes > 0 || clips.length > 0;
    const said = { minutes: roundMinutes(minutes), clips: clips.join(', ') || '0' };
    write(this.#kept, some ? say('kept', said) : say('nothingKept'));
    this.forget.hidden = !some || this.#isRecording;
  }
}

function row(...parts: HTMLElement[]): HTMLElement {
  return element('div', { className: 'echosight-calibration-row' }, ...parts);
}

function labelled(key: string, field: HTMLElement, button: HTMLElement): HTMLElement {
  field.setAttribute('aria-label', say(key));
  return row(element('span', {}, say(key)), field, button);
}

/** The same words are not said anew every second to who cannot see. */
function write(target: HTMLElement, words: string): void {
  if (target.textContent !== words) target.textContent = words;
}

function clockTime(seconds: number): string {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
