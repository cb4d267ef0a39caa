import { Type, type Static } from 'typebox';
import { alertFields, escalationFields, personFields } from './alert-fields.ts';
import { name, reference, site } from './fields.ts';
import { quietFields, recipients } from './recipients.ts';

export const EvidenceStoreConfig = Type.Object({
  name,
  site,
  keepSnapshots: Type.Boolean({ default: true, description: 'Store the annotated picture of every start and update.' }),
  keepAudio: Type.Boolean({ default: true, description: 'Store the sound, where the camera is set to record.' }),
});
export type EvidenceStoreConfig = Static<typeof EvidenceStoreConfig>;

const languageCodes = '[a-z]{2,3}(_[A-Z]{2})?( *, *[a-z]{2,3}(_[A-Z]{2})?)*';

export const WhatsAppAccountConfig = Type.Object({
  name,
  phoneNumberId: Type.String({
    default: '',
    pattern: '^[0-9]{1,32}$',
    description: 'Phone number ID from the developer console (not the phone number).',
  }),
  recipients: recipients('Who is told, by phone number in international form'),
  ...quietFields,
  templateName: Type.String({
    default: '',
    maxLength: 512,
    pattern: '^[a-z0-9_]*$|^\\$\\{[^}]+\\}$',
    description:
      'Name of an approved message template, for people who have not written in the last 24 hours; empty: none.',
  }),
  templateLanguage: Type.String({
    default: 'en',
    maxLength: 200,
    pattern: `^${languageCodes}$|^\\$\\{[^}]+\\}$`,
    description:
      'Language codes in which it is approved, such as en, en_US or de, separated by commas; people whose language is not there get the first one.',
  }),
  templateParameters: Type.String({
    default: '{text}',
    maxLength: 2000,
    description:
      'What stands for its variables, a line for each: texts with the fields of an alert, or {text}, the whole text of the alert. A template whose variables have names: {{name}} = text.',
  }),
  templateHeader: Type.Boolean({
    default: false,
    description: 'It begins with the picture of the alert (header of type image).',
  }),
  templateButtons: Type.Boolean({
    default: false,
    description:
      'It has the quick-reply buttons acknowledge, talk, dismiss, in this order. They need a sentinel-whatsapp-in.',
  }),
  secondTemplateName: Type.String({
    default: '',
    maxLength: 512,
    pattern: '^[a-z0-9_]*$|^\\$\\{[^}]+\\}$',
    description:
      'Name of a second approved template, which has no picture: sent where the first is paused, disabled or refused, or the picture does not come; empty: none.',
  }),
  secondTemplateLanguage: Type.String({
    default: '',
    maxLength: 200,
    pattern: `^$|^${languageCodes}$|^\\$\\{[^}]+\\}$`,
    description: 'Language codes in which the second one is approved; empty: those of the first.',
  }),
  secondTemplateParameters: Type.String({
    default: '',
    maxLength: 2000,
    description: 'What stands for the variables of the second one, a line for each; empty: as in the first.',
  }),
  businessAccountId: Type.String({
    default: '',
    pattern: '^[0-9]{0,32}$|^\\$\\{[^}]+\\}$',
    description:
      'ID of the WhatsApp Business Account, to be asked every hour whether the templates are approved; empty: not asked. The token needs whatsapp_business_management.',
  }),
  graphVersion: Type.String({
    default: 'v26.0',
    pattern: '^v\\d+\\.\\d+$',
    description: 'Version of the Graph API, such as v26.0.',
  }),
  baseUrl: Type.String({
    default: 'https://graph.facebook.com',
    pattern: '^https?://',
    description: 'Address of the Graph API; change it only for the sandbox or a relay of your own.',
  }),
});
export type WhatsAppAccountConfig = Static<typeof WhatsAppAccountConfig>;

export const WhatsAppOutConfig = Type.Object({
  name,
  site,
  account: reference('sentinel-whatsapp-account', 'Account that sends; only a try out needs none.'),
  ...alertFields('{severityWord} at {siteName}, {area}: {label}\n{time}, {sources}\n\n{explanation}'),
  sendSnapshot: Type.Boolean({ default: true, description: 'Send the annotated picture as a reply to the text.' }),
  buttons: Type.Boolean({
    default: false,
    description:
      'Buttons below the text: acknowledge, talk, dismiss. They need a sentinel-whatsapp-in; the text is cut at 1,024 characters.',
  }),
  sendVoice: Type.Boolean({
    default: true,
    description: 'Send the sound as a voice note behind it, where the camera is set to record.',
  }),
  sendVideo: Type.Boolean({
    default: true,
    description: 'Send the clip behind it, where the camera keeps the last minute.',
  }),
  ...escalationFields([45, 180, 900]),
  ...personFields,
});
export type WhatsAppOutConfig = Static<typeof WhatsAppOutConfig>;

export const WhatsAppInConfig = Type.Object({
  name,
  site,
  account: reference('sentinel-whatsapp-account', 'Account whose messages and receipts come in here.', true),
});
export type WhatsAppInConfig = Static<typeof WhatsAppInConfig>;
