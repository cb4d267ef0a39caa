import type { SummaryEvidence } from '../src/contracts/api.ts';
import type { ApiClient } from './api-client.ts';
import type { PageState } from './page-state.ts';
import type { PageVoice } from './page-voice.ts';
import { drawSoundFile } from './sound-picture.ts';

/** Pictures and sounds of an incident, as one looks at them and plays them. */
export function createPlayers(state: PageState, api: ApiClient, { say, time }: PageVoice) {
  return {
    url: ({ id }: { id: string }) => api.evidence(id),
    /** Once for each sound: Vue calls it whenever it draws. */
    drawSound(canvas: HTMLCanvasElement | null, { id }: SummaryEvidence): void {
      if (canvas === null || canvas.dataset.sound === id) return;
      canvas.dataset.sound = id;
      drawSoundFile(canvas, api.evidence(id)).catch(() => undefined);
    },
    /** Plays from where somebody clicks in the picture of a sound; by the keyboard from the beginning. */
    seek({ currentTarget, offsetX, detail }: MouseEvent): void {
      const place = currentTarget as HTMLElement;
      const audio = place.closest('figure')?.querySelector('audio');
      if (audio == null || !Number.isFinite(audio.duration)) return;
      audio.currentTime = detail === 0 ? 0 : (audio.duration * offsetX) / place.clientWidth;
      void audio.play();
    },
    enlarge({ id, source, capturedAt }: SummaryEvidence, viewer: HTMLDialogElement): void {
      state.enlarged = { url: api.evidence(id), text: say('snapshotOf', { source, time: time.exact(capturedAt) }) };
      viewer.showModal();
    },
  };
}
