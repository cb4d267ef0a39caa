import type { Cue, IncidentSignal } from '../contracts/messages.ts';

const said: Readonly<Record<string, string>> = {
  'zone-enter': 'entered the zone',
  'zone-leave': 'left the zone',
  loiter: 'stays in the zone',
  'line-cross': 'crossed the line',
};

/** What somebody did in a zone or at a line, in words; undefined for any other cue. */
export function zoneSentence(
  { label, source, score, capturedAt }: IncidentSignal,
  { zone, label: who, trackId, dwellSeconds, direction }: Cue['features'],
  clockTime: (at: number) => string,
): string | undefined {
  const verb = Object.hasOwn(said, label) ? said[label] : undefined;
  if (verb === undefined || zone === undefined || who === undefined) return undefined;
  const name = `${who}${trackId === undefined ? '' : ` #${trackId}`}`;
  const stay = dwellSeconds === undefined ? '' : `, after ${dwellSeconds} s in it`;
  const way = direction === undefined ? '' : ` (${direction})`;
  const place = `${zone}${way} of ${source} at ${clockTime(capturedAt)}`;
  const sentence = `${name} ${verb} ${place}${stay}, score ${score.toFixed(2)}`;
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`;
}
