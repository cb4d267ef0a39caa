import type { Cue, IncidentSignal } from '../contracts/messages.ts';

const said: Readonly<Record<string, string>> = {
  'zone-enter': 'entered',
  'zone-leave': 'left',
  loiter: 'stays in',
};

/** What somebody did in a zone, in words; undefined for any other cue. */
export function zoneSentence(
  { label, source, score, capturedAt }: IncidentSignal,
  { zone, label: who, trackId, dwellSeconds }: Cue['features'],
  clockTime: (at: number) => string,
): string | undefined {
  const verb = Object.hasOwn(said, label) ? said[label] : undefined;
  if (verb === undefined || zone === undefined || who === undefined) return undefined;
  const name = `${who}${trackId === undefined ? '' : ` #${trackId}`}`;
  const stay = dwellSeconds === undefined ? '' : `, after ${dwellSeconds} s in it`;
  const sentence = `${name} ${verb} the zone ${zone} of ${source} at ${clockTime(capturedAt)}${stay}, score ${score.toFixed(2)}`;
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}
