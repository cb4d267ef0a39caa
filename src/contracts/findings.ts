import { Type, type Static } from 'typebox';

/** What is looked at when an installation is examined, in the order of the report. */
export const checkIds = [
  'flow',
  'node',
  'node-red',
  'machine',
  'ffmpeg',
  'inference',
  'models',
  'disk',
  'database',
  'microphones',
  'cameras',
  'whatsapp',
  'channels',
  'clock',
  'access',
] as const;
export type CheckId = (typeof checkIds)[number];

/** `problem`: something will not work; `warning`: it works, but somebody should know; `skipped`: could not be told. */
const findingStates = ['ok', 'warning', 'problem', 'skipped'] as const;
export type FindingState = (typeof findingStates)[number];

/** One thing that a check found out, as the doctor command prints it with --json and the editor gets it. */
export const Finding = Type.Object({
  id: Type.Enum(checkIds),
  about: Type.Optional(Type.String({ description: 'Which of several things, such as the name of a camera.' })),
  state: Type.Enum(findingStates),
  says: Type.String({ description: 'What was found, in a sentence and without secrets.' }),
  advice: Type.Optional(Type.String({ description: 'What to do about it.' })),
});
export type Finding = Static<typeof Finding>;
