import type { IncidentSummary, StoredReviewAction } from '../../../src/contracts/api.ts';
import { answersTo } from './answers.ts';
import { ApiFailure, type ApiClient } from '../../api-client.ts';
import type { IncidentFeed } from '../list/incident-feed.ts';
import type { PageState } from '../page-state.ts';
import type { PageVoice } from '../../page-voice.ts';

/** What one says of an incident, and its note. */
export function createReviewing(state: PageState, api: ApiClient, feed: IncidentFeed, voice: PageVoice) {
  const { say, failureText } = voice;

  /** One after the other: keys come quicker than answers. */
  let before: Promise<unknown> = Promise.resolve();

  /** @returns whether it was written down */
  function review(incident: IncidentSummary, action: StoredReviewAction, note?: string): Promise<boolean> {
    const mine = before.then(() => send(incident, action, note));
    before = mine;
    return mine;
  }

  async function send(incident: IncidentSummary, action: StoredReviewAction, note?: string): Promise<boolean> {
    state.reviewing = incident.id;
    state.reviewFailure = '';
    try {
      await api.review(incident.id, action, note);
      const now = await api.incident(incident.id);
      feed.takeReviewed(now);
      state.announcement = note === undefined ? say('saved', { state: say(now.review.state) }) : say('noteSaved');
      return true;
    } catch (error) {
      // Lists are fetched again by themselves; what somebody pressed is not.
      const isUnreachable = error instanceof ApiFailure && error.kind === 'unreachable';
      state.reviewFailure = isUnreachable
        ? say('reviewUnreachable')
        : say('reviewFailed', { reason: failureText(error) });
      return false;
    } finally {
      state.reviewing = '';
    }
  }

  return {
    review,
    answers: (incident: IncidentSummary) => answersTo(incident, say),
    openNote({ review: { note } }: IncidentSummary): void {
      state.isNoting = !state.isNoting;
      state.noteText = note ?? '';
    },
    async saveNote(incident: IncidentSummary): Promise<void> {
      if (await review(incident, 'note', state.noteText.trim())) state.isNoting = false;
    },
  };
}
