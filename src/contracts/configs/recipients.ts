import { Type, type Static } from 'typebox';

const clockTime = { default: '', pattern: '^$|^([01][0-9]|2[0-3]):[0-5][0-9]$' };

/** Somebody whom an account tells. */
export const Recipient = Type.Object({
  to: Type.String({
    minLength: 1,
    maxLength: 320,
    description: 'Phone number in international form, or mail address.',
  }),
  name: Type.Optional(Type.String({ maxLength: 64, description: 'Name, for the status and for deliveries.' })),
  language: Type.Optional(
    Type.Enum(['node', 'en', 'de'], { default: 'node', description: 'Language of the texts; node: as the node says.' }),
  ),
  quietFrom: Type.Optional(
    Type.String({
      ...clockTime,
      description: 'From then on only alarms (severity 3), such as 22:00; empty: as the account says.',
    }),
  ),
  quietTo: Type.Optional(
    Type.String({ ...clockTime, description: 'Until then, such as 07:00; the same time as quietFrom: never quiet.' }),
  ),
});
export type Recipient = Static<typeof Recipient>;

/** Quiet hours of an account, for everybody in its list without hours of their own. */
export const quietFields = {
  quietFrom: Type.String({
    ...clockTime,
    description: 'From then on whoever has no quiet hours of their own gets alarms (severity 3) only; empty: none.',
  }),
  quietTo: Type.String({ ...clockTime, description: "Until then, in the site's time zone." }),
};

/** The people of an account, in the order in which they are told. @param what `to` holds, for people */
export const recipients = (what: string) =>
  Type.Array(Recipient, {
    default: [],
    minItems: 1,
    maxItems: 100,
    description: `${what}; each with a language and quiet hours of the site's time zone. A text with commas is understood too.`,
  });
