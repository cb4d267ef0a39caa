import type { Listener } from './listening.ts';

/** What is said of a microphone first, the most urgent thing: each word has a sentence in the editor and on the dashboard. */
export type ListenerWord =
  'down' | 'silent' | 'muted' | 'heard' | 'just' | 'silence' | 'noise' | 'suppressed' | 'listening';

/** How it stands with what an audio-classify hears of a microphone. */
export interface ListenerState {
  word: ListenerWord;
  /** `fault`: something is wrong; `old`: what is shown is not of now; `calm`: nothing can be heard, or is to be told; `live`: all is well. */
  tone: 'alarm' | 'fault' | 'old' | 'calm' | 'live';
  /** Labels of the sounds that the word is about. */
  sounds: readonly string[];
}

/** Windows come twice a second. */
const silentAfterMs = 10_000;
/** A pane breaks within a second: it is told for longer than that. */
const tellMs = 8000;

/** The same for everybody who shows it. */
export function listenerState({
  works,
  silentMs,
  mutedUntil,
  triggered,
  last,
  capturedAt,
  levels,
  suppressed,
}: Listener): ListenerState {
  const state = (word: ListenerWord, tone: ListenerState['tone'], sounds: readonly string[] = []): ListenerState => {
    return { word, tone, sounds };
  };
  if (!works) return state('down', 'fault');
  if (silentMs > silentAfterMs) return state('silent', 'old');
  if (mutedUntil !== undefined) return state('muted', 'calm');
  if (triggered.length > 0) return state('heard', 'alarm', triggered);
  if (last !== undefined && capturedAt - last.at < tellMs) return state('just', 'alarm', last.sounds);
  if (levels.includes('silence')) return state('silence', 'fault');
  if (levels.includes('noise')) return state('noise', 'fault');
  if (suppressed.length > 0) {
    return state(
      'suppressed',
      'live',
      suppressed.map(({ label }) => label),
    );
  }
  return state('listening', 'live');
}
