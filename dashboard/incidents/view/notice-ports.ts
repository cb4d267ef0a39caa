import type { IncidentSummary } from '../../../src/contracts/api.ts';
import type { NoticePorts } from './notices.ts';

let audio: AudioContext | undefined;

/** @param words title and text of a notification @param open what a click on it does */
export function noticePorts(
  words: (incident: IncidentSummary) => { title: string; body: string },
  open: (incident: IncidentSummary) => void,
): NoticePorts {
  return {
    beep,
    show: (incident) => {
      if (!canNotify() || Notification.permission !== 'granted') return;
      const { title, body } = words(incident);
      try {
        const notice = new Notification(title, { body, tag: incident.id });
        notice.onclick = () => {
          window.focus();
          notice.close();
          open(incident);
        };
      } catch {
        // Browsers of phones have the name, and let pages show none.
      }
    },
    now: Date.now,
  };
}

/** Two tones, three for an alarm. A browser may want a click on the page first. */
export function beep(severity: number): void {
  try {
    const context = (audio ??= new AudioContext());
    void context.resume();
    const tones = severity >= 3 ? [880, 660, 880] : [660, 880];
    tones.forEach((frequency, index) => {
      const [tone, volume] = [context.createOscillator(), context.createGain()];
      const at = context.currentTime + index * 0.22;
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.0001, at);
      volume.gain.exponentialRampToValueAtTime(0.25, at + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.2);
      tone.connect(volume).connect(context.destination);
      tone.start(at);
      tone.stop(at + 0.21);
    });
  } catch {
    // A browser without sound.
  }
}

export function canNotify(): boolean {
  return 'Notification' in window;
}

/** To be asked upon a click only. @returns whether the browser shows notifications */
export async function mayNotify(): Promise<boolean> {
  return canNotify() && (await Notification.requestPermission()) === 'granted';
}
