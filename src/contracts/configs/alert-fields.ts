import { Type } from 'typebox';

const wait = (seconds: number, description: string) =>
  Type.Integer({ default: seconds, minimum: 0, maximum: 86400, description });

/** What every node that alerts has, with the text to begin with. */
export const alertFields = (template: string) => ({
  dryRun: Type.Boolean({
    default: false,
    description: 'Try out: nothing is sent, the first output says what would be.',
  }),
  minimumSeverity: Type.Integer({
    default: 2,
    minimum: 0,
    maximum: 3,
    description: 'Incidents below this stay silent.',
  }),
  cooldownSeconds: Type.Number({
    default: 60,
    minimum: 0,
    maximum: 86400,
    description: 'Silence for the same area and reason after an accepted alert; a higher severity breaks it.',
  }),
  language: Type.Enum(['en', 'de'], {
    default: 'en',
    description: 'Language of severity, reason and time in the text.',
  }),
  heartbeatAt: Type.String({
    default: '',
    pattern: '^(?:(?:[01]\\d|2[0-3]):[0-5]\\d)?$',
    description:
      'A sign of life every day at this time at the site, such as 08:00: what works and what does not; empty: none.',
  }),
  template: Type.String({
    default: template,
    minLength: 1,
    maxLength: 2000,
    description: 'Text of the alert; the fields in braces are filled in.',
  }),
});

/** When a node alerts that is not the first one to. @param waits seconds for severity 3, 2, and 1 or 0. */
export const escalationFields = ([alarm, warning, notice]: readonly [number, number, number]) => ({
  sendWhen: Type.Enum(['at-once', 'not-accepted', 'not-delivered', 'not-acknowledged'], {
    default: 'at-once',
    description:
      'at-once, or after the wait: if no other channel took it (not-accepted), brought it to a phone (not-delivered), or nobody acknowledged it.',
  }),
  waitAlarm: wait(alarm, 'Wait of an alarm (severity 3), in seconds.'),
  waitWarning: wait(warning, 'Wait of a warning (severity 2), in seconds.'),
  waitNotice: wait(notice, 'Wait of everything below, in seconds.'),
});

/** One person after the other. */
export const personFields = {
  nextPersonSeconds: Type.Integer({
    default: 0,
    minimum: 0,
    maximum: 86400,
    description:
      'Tell one person after the other, this many seconds apart, until somebody acknowledges; 0: all at once.',
  }),
  rounds: Type.Integer({
    default: 1,
    minimum: 1,
    maximum: 5,
    description: 'How often the list is gone through while nobody acknowledges.',
  }),
};
