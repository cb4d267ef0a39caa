import type { SummaryEvidence } from '../../../src/contracts/api.ts';
import type { ApiClient } from '../../api-client.ts';
import type { PageState } from '../page-state.ts';
import type { PageVoice } from '../../page-voice.ts';
import { drawSound, soundOf } from './sound-picture.ts';

/** Bytes of a video of which the sound is drawn: all of it has to be in memory. */
const mostDecoded = 30_000_000;

/** Pictures and sounds of an incident, as one looks at them and plays them. */
export function createPlayers(state: PageState, api: ApiClient, { say, time }: PageVoice) {
  return {
    url: ({ id }: { id: string }) => api.evidence(id),
    /** Once for each sound: Vue calls it whenever it draws. */
    drawSound(canvas: HTMLCanvasElement | null, { id }: SummaryEvidence): void {
      if (canvas === null || canvas.dataset.sound === id) return;
      canvas.dataset.sound = id;
      soundOf(api.evidence(id))
        .then((sound) => {
          if (sound !== undefined) drawSound(canvas, sound);
        })
        .catch(() => undefined);
    },
    /** Once somebody plays a video: whether it has a sound, only the whole file says. */
    async voice({ id, bytes }: SummaryEvidence, { target }: Event): Promise<void> {
      const canvas = (target as HTMLElement).closest('figure')?.querySelector('canvas');
      if (canvas == null || bytes > mostDecoded || canvas.dataset.sound === id) return;
      canvas.dataset.sound = id;
      const sound = await soundOf(api.evidence(id)).catch(() => undefined);
      if (sound === undefined) return;
      state.voiced[id] = true;
      drawSound(canvas, sound);
    },
    /** Plays from where somebody clicks in the picture of a sound; by the keyboard from the beginning. */
    seek({ currentTarget, offsetX, detail }: MouseEvent): void {
      const place = currentTarget as HTMLElement;
      const player = place.closest('figure')?.querySelector<HTMLMediaElement>('audio, video');
      if (player == null || !Number.isFinite(player.duration)) return;
      player.currentTime = detail === 0 ? 0 : (player.duration * offsetX) / place.clientWidth;
      void player.play();
    },
    enlarge({ id, source, capturedAt }: SummaryEvidence, viewer: HTMLDialogElement): void {
      state.enlarged = { url: api.evidence(id), text: say('snapshotOf', { source, time: time.exact(capturedAt) }) };
      viewer.showModal();
    },
  };
}
