import { tamperKinds, type Cue, type IncidentSignal, type TamperKind } from '../contracts/messages.ts';

const said: Readonly<Record<TamperKind, string>> = {
  black: 'has been black',
  white: 'has been white',
  covered: 'has shown nothing of its usual view, as if the lens were covered,',
  shifted: 'has shown another view than usual, as if the camera were turned,',
  blurred: 'has been blurred',
  frozen: 'has been exactly the same',
};
/** The last millisecond that a date can hold. */
const latestDate = 8.64e15;

/** What is wrong with a picture, in words; undefined for any other cue. */
export function tamperSentence(
  { label, source, score, capturedAt }: IncidentSignal,
  { kind, since }: Cue['features'],
  clockTime: (at: number) => string,
): string | undefined {
  const known = label === 'tamper' ? tamperKinds.find((name) => name === kind) : undefined;
  if (known === undefined) return undefined;
  const isTime = typeof since === 'number' && since >= 0 && since <= latestDate;
  return `The picture of ${source} ${said[known]} since ${clockTime(isTime ? since : capturedAt)}, score ${score.toFixed(2)}.`;
}
