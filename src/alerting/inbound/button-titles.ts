/** What can be pressed below an alert, in this order. */
export const buttonActions = ['acknowledge', 'talk', 'dismiss'] as const;
export type ButtonAction = (typeof buttonActions)[number];

/** The one button of a text that tells of several incidents. */
export const acknowledgeAll: Readonly<Record<'en' | 'de', string>> = { en: 'Acknowledge all', de: 'Alle bestätigen' };

/** What the buttons of an alert say: at most 20 characters. */
export const buttonTitles: Readonly<Record<'en' | 'de', Readonly<Record<ButtonAction, string>>>> = {
  en: { acknowledge: 'Acknowledge', talk: 'Talk', dismiss: 'Dismiss' },
  de: { acknowledge: 'Bestätigen', talk: 'Sprechen', dismiss: 'Verwerfen' },
};
