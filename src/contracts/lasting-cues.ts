/** Cues that can last, until one with the score 0 says that they are over; all others are moments. The editor asks too. */
export const lastingCues: readonly string[] = ['tamper', 'silence', 'noise'];
