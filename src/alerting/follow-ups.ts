import { asSentinelError } from '../contracts/errors.ts';
import type { Incident } from '../contracts/messages.ts';
import type { Log, PhoneMedia } from '../contracts/ports.ts';
import type { OutboxRow } from '../database/tables.ts';
import type { ChannelKind } from './alert-channel.ts';
import { deadlineMs } from './next-step.ts';
import type { Outgoing } from './outbox-row.ts';
import { oneLine, shortened } from './text-template.ts';

/** What was kept of an incident, as its message of phase `evidence` carries it. */
export interface KeptMedia {
  /** Mono, 16 kHz, -1..1. */
  samples?: Float32Array;
  /** MP4 of the camera that is the incident's `source`. */
  clip?: Buffer;
}

export interface FollowPolicy {
  /** Id of the node that alerted. */
  node: string;
  sendVoice: boolean;
  sendVideo: boolean;
}

/** What goes out behind an alert. */
export interface FollowUp {
  part: 'voice' | 'video';
  bytes: Buffer;
  caption: string;
}

/** Messages that are remembered, so that one that comes by two wires is sent once. */
const remembered = 1000;

/** Makes what was kept of an incident ready for a channel. */
export class FollowUps {
  readonly #kind: ChannelKind;
  readonly #media: PhoneMedia;
  readonly #log: Log;
  readonly #seen = new Set<string>();

  constructor(kind: ChannelKind, media: PhoneMedia, log: Log) {
    this.#kind = kind;
    this.#media = media;
    this.#log = log;
  }

  /** Whether there is something that the channel takes and that did not come before. */
  wants(incident: Incident, kept: KeptMedia, policy: FollowPolicy): boolean {
    const { voice, video } = this.#kind.form;
    const takesVoice = policy.sendVoice && voice !== undefined && kept.samples !== undefined;
    const takesVideo = policy.sendVideo && video !== undefined && kept.clip !== undefined;
    if (!takesVoice && !takesVideo) return false;
    const key = [policy.node, incident.id, incident.seq, incident.source, takesVoice, takesVideo].join(' ');
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    const [oldest] = this.#seen;
    if (this.#seen.size > remembered && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }

  /** Nothing is thrown: what cannot be made ready is logged and left out, for the alert itself has been told. */
  async make(incident: Incident, kept: KeptMedia, policy: FollowPolicy, signal: AbortSignal): Promise<FollowUp[]> {
    const { voice, video } = this.#kind.form;
    const { samples, clip } = kept;
    const made: FollowUp[] = [];
    const add = async (what: Omit<FollowUp, 'bytes'>, limit: number, encode: () => Promise<Buffer>): Promise<void> => {
      try {
        const bytes = await encode();
        if (bytes.length <= limit) made.push({ ...what, bytes });
        else
          this.#log.warn(`The ${what.part} of incident ${incident.id} is too large to be sent: ${bytes.length} bytes.`);
      } catch (error) {
        if (signal.aborted) return;
        const { message } = asSentinelError(error, 'ES_CLIP_FAILED');
        this.#log.warn(`The ${what.part} of incident ${incident.id} is not sent: ${message}`);
      }
    };
    if (policy.sendVoice && voice !== undefined && samples !== undefined) {
      await add({ part: 'voice', caption: '' }, voice.bytes, () => this.#media.voiceNote(samples, signal));
    }
    if (policy.sendVideo && video !== undefined && clip !== undefined) {
      const caption = shortened(oneLine(incident.source), video.caption);
      await add({ part: 'video', caption }, video.bytes, () => this.#media.video(clip, video.bytes, signal));
    }
    return made;
  }
}

/**
 * The row that sends something as a reply to a text.
 * @param sequence tells it from others of its part about the same incident.
 */
export function followRow(
  text: Outgoing,
  { part, bytes, caption }: FollowUp,
  { id, sequence, now }: { id: string; sequence: number; now: number },
): OutboxRow {
  const deadline = now + (deadlineMs[text.severity] ?? 0);
  return {
    ...text,
    // The last messages that may go to a person in a while are for the texts of alarms.
    severity: Math.min(text.severity, 2),
    ...{ id, part, sequence, depends_on: text.id, body: caption, media: bytes, media_id: null },
    // Due as soon as its text is accepted.
    ...{ state: 'queued', attempts: 0, next_at: deadline, late_at: null, deadline },
    ...{ provider_id: null, error_json: null, maybe_duplicate: 0 },
    ...{ created_at: now, updated_at: now, accepted_at: null, receipt: null },
    ...{ start_at: null, unless: null, incident_json: null, form: null, hold: null },
  };
}
