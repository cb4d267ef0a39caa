import { Type, type Static } from 'typebox';

/** What the dialog of an account asks: send one message to everybody, as its fields stand. */
export const AccountTestRequest = Type.Object({
  id: Type.String({ maxLength: 64 }),
  settings: Type.Record(Type.String(), Type.Unknown()),
  /** Only what was typed anew; what is stored is not known to the dialog. */
  credentials: Type.Record(Type.String(), Type.String({ maxLength: 4096 })),
});
export type AccountTestRequest = Static<typeof AccountTestRequest>;
