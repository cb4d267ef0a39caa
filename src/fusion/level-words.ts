import type { Cue, IncidentSignal } from '../contracts/messages.ts';

const said: Readonly<Record<string, { than: string; perhaps: string }>> = {
  silence: { than: 'quieter', perhaps: ': is the microphone muted, covered or dead?' },
  noise: { than: 'louder', perhaps: '' },
};
/** The last millisecond that a date can hold. */
const latestDate = 8.64e15;

/** That it is too quiet or too loud for long, in words; undefined for any other cue. */
export function levelSentence(
  { label, source, capturedAt }: IncidentSignal,
  { kind, since, limitDbfs, dbfs }: Cue['features'],
  clockTime: (at: number) => string,
): string | undefined {
  const known = kind === 'level' && Object.hasOwn(said, label) ? said[label] : undefined;
  if (known === undefined || typeof limitDbfs !== 'number' || typeof dbfs !== 'number') return undefined;
  const isTime = typeof since === 'number' && since >= 0 && since <= latestDate;
  const begun = clockTime(isTime ? since : capturedAt);
  return `${source} hears ${known.than} than ${limitDbfs} dBFS since ${begun} (${dbfs} dBFS)${known.perhaps === '' ? '.' : known.perhaps}`;
}
