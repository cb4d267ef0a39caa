import { Type, type Static } from 'typebox';
import { alertFields, escalationFields, personFields } from './alert-fields.ts';
import { name, reference, site } from './fields.ts';
import { quietFields, recipients } from './recipients.ts';

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
  recipients: recipients('Who is told, by phone number in international form'),
  ...quietFields,
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
  recipients: recipients('Who is told, by mail address'),
  ...quietFields,
});
export type EmailAccountConfig = Static<typeof EmailAccountConfig>;

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
