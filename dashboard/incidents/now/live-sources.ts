import type { HeardClass, Listener } from '../../../src/contracts/listening.ts';
import type { ApiClient } from '../../api-client.ts';
import { cardPorts, tilePorts } from '../../browser.ts';
import { CameraTiles, lastSeen, tileLook, type Tile } from './camera-tiles.ts';
import { earLook, lastHeard, levelShare, MicrophoneCards, rowsOf, type EarCard } from './microphone-cards.ts';
import type { PageState } from '../page-state.ts';
import type { PageVoice } from '../../page-voice.ts';

/** The cameras and microphones as they are now: pictures, levels, and what is said of them. */
export function createLiveSources(state: PageState, api: ApiClient, voice: PageVoice) {
  const { say, percent, moment, soundName } = voice;
  const cameras = new CameraTiles(
    tilePorts(api, () => state.enlarged?.camera),
    (tiles) => {
      state.tiles = tiles;
    },
  );
  const microphones = new MicrophoneCards(
    cardPorts(api, () => state.enlarged !== undefined),
    (ears) => {
      state.ears = ears;
    },
  );
  return {
    beat(): void {
      cameras.beat();
      microphones.beat();
    },
    /** What the templates call. */
    actions: {
      tileLook: (tile: Tile) => tileLook(tile, Date.now()),
      /** "Offline since 14:03" */
      tileWords: (tile: Tile) =>
        say(tileLook(tile, Date.now()).word, { time: moment(lastSeen(tile) ?? state.now, state.now) }),
      ...{ soundName, earLook, earRows: rowsOf, levelShare, share: percentOf },
      decibels: (dbfs: number) => `${Math.round(dbfs)} dB`,
      /** "Heard: glass" */
      earWords(card: EarCard): string {
        const { word, sounds } = earLook(card);
        const time = moment(lastHeard(card) ?? state.now, state.now);
        return say(word, { time, sounds: sounds.map(soundName).join(', ') });
      },
      scoreWords: ({ score, highest, threshold }: HeardClass) =>
        say('earScore', { score: percent(score), highest: percent(highest), threshold: percent(threshold) }),
      topWords: ({ top }: Listener) => top.map(({ label, score }) => `${label} ${percent(score)}`).join(' · '),
      pictureWords: ({ camera: { source, area } }: Tile) => say('liveOf', { source, area }),
      enlargeCamera(tile: Tile, viewer: HTMLDialogElement): void {
        state.enlarged = { camera: tile.id, text: `${tile.camera.source} · ${tile.camera.area}` };
        viewer.showModal();
      },
    },
  };
}

/** A share of 1 as CSS has it. */
function percentOf(share: number): string {
  return `${(100 * Math.min(1, Math.max(0, share))).toFixed(1)}%`;
}
