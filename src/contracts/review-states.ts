/** What stands of an incident. No schema is here: pages of the dashboard import it. */
export const reviewStates = ['pending', 'acknowledged', 'confirmed', 'dismissed', 'false-positive'] as const;
export type ReviewState = (typeof reviewStates)[number];

/** As what a review is written down in the audit: what decides whether evidence may be deleted stands out. */
export function reviewNote(action: string): 'review' | 'evidence.hold' | 'evidence.release' {
  if (action === 'hold') return 'evidence.hold';
  return action === 'release' ? 'evidence.release' : 'review';
}
