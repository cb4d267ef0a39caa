/**
 * The piece of sound that is judged at once: one patch of the YAMNet front end, 0.975 s. Windows overlap by half,
 * so that no transient is split.
 */
export const soundWindow = { sampleRate: 16_000, samples: 15_600, hop: 7_680 } as const;
