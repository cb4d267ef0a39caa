/** The settings of audio-classify that a sensitivity sets. */
export const scoreSettings = ['glassBreak', 'gunshot', 'scream', 'forcedEntry', 'singleFrom'] as const;

/** From which scores on sounds are reported. */
export type ScoreSettings = Readonly<Record<(typeof scoreSettings)[number], number>>;

/** How far the usual scores are moved towards 1, or towards 0. */
const shifts = {
  calm: (usual: number) => usual + 0.4 * (1 - usual),
  usual: (usual: number) => usual,
  keen: (usual: number) => usual * 0.7,
} as const;
export type Sensitivity = keyof typeof shifts;
export const sensitivities = Object.keys(shifts) as Sensitivity[];

/** The scores of a sensitivity, in hundredths. */
export function scoresOf(sensitivity: Sensitivity, usual: ScoreSettings): ScoreSettings {
  const shift = shifts[sensitivity];
  return mapped((setting) => Math.round(100 * shift(usual[setting])) / 100);
}

/** The sensitivity that scores are those of; undefined: none, they are somebody's own. */
export function sensitivityOf(scores: ScoreSettings, usual: ScoreSettings): Sensitivity | undefined {
  return sensitivities.find((one) => {
    const its = scoresOf(one, usual);
    return scoreSettings.every((setting) => its[setting] === scores[setting]);
  });
}

/** A score for each setting. */
export function mapped(of: (setting: (typeof scoreSettings)[number]) => number): ScoreSettings {
  return Object.fromEntries(scoreSettings.map((setting) => [setting, of(setting)])) as ScoreSettings;
}
