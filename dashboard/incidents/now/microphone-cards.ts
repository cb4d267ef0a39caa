import { listenerState, type ListenerState, type ListenerWord } from '../../../src/contracts/listener-state.ts';
import type { HeardClass, Listener, MicrophoneList, MicrophoneSummary } from '../../../src/contracts/listening.ts';
import type { Word } from '../../words.ts';

/** What the cards need of the world. */
export interface CardPorts {
  /** @throws when the API does not answer */
  microphones(): Promise<MicrophoneList>;
  /** Whether somebody can see the cards now; `none`: there are none yet. */
  isInSight(none: boolean): boolean;
  now(): number;
}

/** A microphone on the page. */
export interface EarCard {
  id: string;
  microphone: MicrophoneSummary;
  /** What is shown of what hears it. */
  listener: Listener | undefined;
}

/** Windows come twice a second. */
const everyMs = 1000;
/** While there is no microphone, or no answer. */
const seldomMs = 5000;
const quietestDbfs = -80;

/** The cards of the microphones: asked for once a second, and only while somebody can see them. */
export class MicrophoneCards {
  readonly #ports: CardPorts;
  readonly #show: (cards: EarCard[]) => void;
  #isAsking = false;
  #isEmpty = true;
  #due = 0;

  /** @param show is told of every answer. */
  constructor(ports: CardPorts, show: (cards: EarCard[]) => void) {
    this.#ports = ports;
    this.#show = show;
  }

  /** Asks when it is due. To be called twice a second. */
  beat(): void {
    if (this.#isAsking || this.#ports.now() < this.#due || !this.#ports.isInSight(this.#isEmpty)) return;
    this.#isAsking = true;
    void this.#ask().finally(() => {
      this.#isAsking = false;
    });
  }

  async #ask(): Promise<void> {
    let pauseMs = seldomMs;
    try {
      const { microphones } = await this.#ports.microphones();
      this.#isEmpty = microphones.length === 0;
      if (microphones.some(({ listeners }) => listeners.length > 0)) pauseMs = everyMs;
      this.#show(microphones.map(cardOf));
    } catch {
      // The page says so already, or this site is older than the page.
    }
    this.#due = this.#ports.now() + pauseMs;
  }
}

function cardOf(microphone: MicrophoneSummary): EarCard {
  const { site, source, listeners } = microphone;
  const listener = listeners.find(({ works }) => works) ?? listeners[0];
  return { id: `${site}/${source}`, microphone, listener };
}

/** How a card looks. */
export interface EarLook {
  word: Word;
  tone: ListenerState['tone'];
  /** Labels of the sounds that the words name. */
  sounds: readonly string[];
  /** Whether its numbers are of now. */
  isFresh: boolean;
}

const offlineWords: Readonly<Partial<Record<NonNullable<MicrophoneSummary['status']>, Word>>> = {
  idle: 'cameraConnecting',
  probing: 'cameraConnecting',
  connecting: 'cameraConnecting',
  unauthorised: 'cameraLogin',
  'not-found': 'cameraMissing',
  stalled: 'cameraOffline',
  'backing-off': 'cameraOffline',
  paused: 'cameraPaused',
  stopped: 'cameraStopped',
};

const listenerWords: Readonly<Record<ListenerWord, Word>> = {
  down: 'earDown',
  silent: 'earSilent',
  muted: 'earMuted',
  heard: 'earHeard',
  just: 'earHeard',
  silence: 'earQuiet',
  noise: 'earNoise',
  suppressed: 'earListening',
  listening: 'earListening',
};

export function earLook({ microphone: { status = 'connected' }, listener }: EarCard): EarLook {
  const offline = offlineWords[status];
  if (offline !== undefined) return { word: offline, tone: 'old', sounds: [], isFresh: false };
  if (listener === undefined) return { word: 'earUnheard', tone: 'calm', sounds: [], isFresh: false };
  const { word, tone, sounds } = listenerState(listener);
  return { word: listenerWords[word], tone, sounds, isFresh: tone !== 'old' };
}

/** When it was last heard, for the words that say so; epoch ms. */
export function lastHeard({ microphone: { since }, listener }: EarCard): number | undefined {
  return listener?.capturedAt ?? since;
}

/** Where the level lies between nothing and full scale, 0..1. */
export function levelShare({ dbfs }: Pick<Listener, 'dbfs'>): number {
  return Math.min(1, Math.max(0, 1 - dbfs / quietestDbfs));
}

/** Classes of ours first, as they come; a class that counts is `over`. */
export function rowsOf({ listener }: EarCard): (HeardClass & { isOver: boolean })[] {
  return (listener?.classes ?? []).map((one) => ({ ...one, isOver: listener?.triggered.includes(one.label) === true }));
}
