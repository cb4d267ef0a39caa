import { Type, type Static } from 'typebox';
import { name, reference, site } from './fields.ts';

const recipients = (description: string) => Type.String({ default: '', minLength: 1, description });

export const SmsAccountConfig = Type.Object({
  name,
  accountSid: Type.String({
    default: '',
    pattern: '^AC[0-9a-fA-F]{32}$',
    description: 'Account SID from the Twilio console; begins with AC.',
  }),
  from: Type.String({
    default: '',
    minLength: 1,
    maxLength: 40,
    description: 'Number or name that sends, or the SID of a messaging service (MG...).',
  }),
  recipients: recipients('Phone numbers in international form, separated by commas.'),
  baseUrl: Type.String({
    default: 'https://api.twilio.com',
    pattern: '^https?://',
    description: 'Address of the Twilio API; change it only for tests or a relay of your own.',
  }),
});
export type SmsAccountConfig = Static<typeof SmsAccountConfig>;

export const EmailAccountConfig = Type.Object({
  name,
  host: Type.String({
    default: '',
    minLength: 1,
    maxLength: 253,
    description: 'Mail server, such as smtp.example.org.',
  }),
  port: Type.Integer({ default: 587, minimum: 1, maximum: 65535, description: 'Usually 587 or 465.' }),
  security: Type.Enum(['auto', 'tls', 'starttls', 'none'], {
    default: 'auto',
    description: 'auto: TLS on port 465, else STARTTLS, which must succeed. none: only without a password.',
  }),
  verifyCertificate: Type.Boolean({
    default: true,
    description: 'Refuse a server whose certificate this machine does not trust.',
  }),
  from: Type.String({ default: '', minLength: 3, maxLength: 320, description: 'Address that the mails come from.' }),
  recipients: recipients('Mail addresses, separated by commas.'),
});
export type EmailAccountConfig = Static<typeof EmailAccountConfig>;

/** What every node that alerts has, with the text to begin with. */
const alertFields = (template: string) => ({
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
  template: Type.String({
    default: template,
    minLength: 1,
    maxLength: 2000,
    description: 'Text of the alert; the fields in braces are filled in.',
  }),
});

/** When a node alerts that is not the first one to. @param waits seconds for severity 3, 2, and 1 or 0. */
const escalationFields = ([alarm, warning, notice]: readonly [number, number, number]) => ({
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
const personFields = {
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
const wait = (seconds: number, description: string) =>
  Type.Integer({ default: seconds, minimum: 0, maximum: 86400, description });

const sendSnapshot = Type.Boolean({ default: true, description: 'Send the annotated picture with the text.' });

export const SmsOutConfig = Type.Object({
  name,
  site,
  account: reference('sentinel-sms-account', 'Account that sends; only a try out needs none.'),
  ...alertFields('SEV{severity} {siteName} {area}: {label} {clock} #{shortId}'),
  ...escalationFields([45, 180, 900]),
  ...personFields,
});
export type SmsOutConfig = Static<typeof SmsOutConfig>;

export const EmailOutConfig = Type.Object({
  name,
  site,
  account: reference('sentinel-email-account', 'Account that sends; only a try out needs none.'),
  ...alertFields('{severityWord} at {siteName}, {area}: {label}\n{time}, {sources}\n\n{explanation}'),
  sendSnapshot,
  ...escalationFields([90, 180, 900]),
  ...personFields,
});
export type EmailOutConfig = Static<typeof EmailOutConfig>;

export const WebhookOutConfig = Type.Object({
  name,
  site,
  url: Type.String({
    default: '',
    maxLength: 2000,
    pattern: '^$|^https?://',
    description: 'Where alerts are posted; for ntfy with the topic at the end. Only a try out needs none.',
  }),
  form: Type.Enum(['json', 'ntfy'], { default: 'json', description: 'Form of what is posted.' }),
  ...alertFields('{severityWord} at {siteName}, {area}: {label}\n{time}, {sources}\n\n{explanation}'),
  sendSnapshot,
  ...escalationFields([90, 180, 900]),
});
export type WebhookOutConfig = Static<typeof WebhookOutConfig>;
