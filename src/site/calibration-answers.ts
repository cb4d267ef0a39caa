import type { Calibrations } from '../audio/calibration/calibrations.ts';
import type { CalibrationAnswer, CalibrationSuggestions } from '../contracts/calibration.ts';
import { SentinelError } from '../contracts/errors.ts';
import { openSites } from './registry.ts';

interface Asked {
  calibrations: Calibrations;
  /** Of the microphone. */
  key: string;
  word: (name: string) => string;
}

/** What the dialog of audio-classify asks: `id` of the node, `key` of the microphone. All but the first throw for a node that is not running. */
const answers = {
  async calibration(query: URLSearchParams): Promise<CalibrationAnswer> {
    const calibrations = find(query.get('id') ?? '');
    if (calibrations === undefined) return { state: 'absent', sources: [] };
    const { sources } = calibrations;
    const asked = sources.find(({ key }) => key === query.get('key')) ?? sources[0];
    return {
      ...{ state: 'present', sources },
      ...(asked === undefined ? {} : { kept: await calibrations.kept(asked.key) }),
    };
  },
  async 'calibration-begin'(query: URLSearchParams): Promise<void> {
    const { calibrations, key, word } = read(query);
    await calibrations.begin(key, Number(word('minutes')));
  },
  async 'calibration-stop'(query: URLSearchParams): Promise<void> {
    const { calibrations, key } = read(query);
    await calibrations.stop(key);
  },
  'calibration-mark'(query: URLSearchParams): void {
    const { calibrations, key, word } = read(query);
    calibrations.mark(key, word('label'));
  },
  async 'calibration-forget'(query: URLSearchParams): Promise<void> {
    const { calibrations, key } = read(query);
    await calibrations.forget(key);
  },
  async 'calibration-suggest'(query: URLSearchParams): Promise<CalibrationSuggestions> {
    const { calibrations, key, word } = read(query);
    return await calibrations.suggest(key, Number(word('budget')));
  },
};

/** They open no connection, but change what is kept, and say what is heard: only who may change flows is answered. */
export const calibrationAnswers = Object.fromEntries(
  Object.entries(answers).map(([name, write]) => [name, { write }]),
) as Record<keyof typeof answers, { write: (query: URLSearchParams) => unknown }>;

function find(node: string): Calibrations | undefined {
  return openSites()
    .map((site) => site.sound.calibrations.of(node))
    .find((calibrations) => calibrations !== undefined);
}

function read(query: URLSearchParams): Asked {
  const word = (name: string): string => query.get(name) ?? '';
  const calibrations = find(word('id'));
  if (calibrations !== undefined) return { calibrations, key: word('key'), word };
  throw new SentinelError('ES_BAD_INPUT', 'This node is not running.', { hint: 'Deploy it first.' });
}
