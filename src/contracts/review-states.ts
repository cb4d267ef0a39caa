/** What stands of an incident. No schema is here: pages of the dashboard import it. */
export const reviewStates = ['pending', 'acknowledged', 'confirmed', 'dismissed', 'false-positive'] as const;
export type ReviewState = (typeof reviewStates)[number];
