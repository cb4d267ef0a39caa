import type { Delivery, Incident } from '../contracts/messages.ts';
import type { Clock, Log } from '../contracts/ports.ts';
import type { ChannelKind } from './alert-channel.ts';
import { contentByLanguage, type ContentPolicy } from './alert-content.ts';
import { decide, type AlertPolicy, type Verdict } from './policy.ts';
import { RecentAlerts } from './recent-alerts.ts';
import type { Person } from './people.ts';
import type { FollowPolicy, KeptMedia } from './follow-ups.ts';
import { masked } from './recipients.ts';

/** Of the sound that is kept. */
const sampleRate = 16_000;

/** What would go to one person; without recipients, to nobody in particular. */
export interface WouldBe {
  delivery: Delivery;
  image?: Buffer;
  samples?: Float32Array;
  clip?: Buffer;
}

/** Texts that are remembered, so that what would follow them can be told. */
const remembered = 1000;

export type DryRunDecision = { send: true; wouldBe: WouldBe[] } | Extract<Verdict, { send: false }>;

export interface DryRunOptions {
  clock: Clock;
  log: Log;
  newId: () => string;
  channel: ChannelKind;
  /** Empty while there is no account. */
  people: readonly Person[];
}

/**
 * Alerts that nobody gets: policy, cooldown, text and picture are those of ChannelAlerts, but nothing is written down
 * and nothing leaves. What was alerted is remembered in memory.
 */
export class DryRun {
  readonly #options: DryRunOptions;
  readonly #told = new RecentAlerts();
  /** What the texts about an incident were told with, by incident. */
  readonly #texts = new Map<string, Delivery[]>();

  constructor(options: DryRunOptions) {
    this.#options = options;
  }

  /** @throws SentinelError ES_BAD_CONFIG for a template with unknown fields */
  alert(incident: Incident, image: Buffer | undefined, policy: AlertPolicy & ContentPolicy): DryRunDecision {
    const { channel, clock, log, newId, people } = this.#options;
    const now = clock.now();
    const node = 'dry-run';
    const verdict = decide(incident, policy, this.#told.history(node, incident, policy.cooldownSeconds * 1000, now));
    if (!verdict.send) return verdict;
    const alertId = newId();
    const { id, site, area, source, reason, severity } = incident;
    this.#told.add([
      { alert_id: alertId, incident_id: id, node, site, area, source, reason, severity, accepted_at: now },
    ]);
    const common = {
      ...({ v: 1, kind: 'delivery', site, area, source, capturedAt: now, alertId, incidentId: id } as const),
      ...({ channel: channel.id, part: 'text', status: 'dry-run', attempts: 0 } as const),
    };
    const contentIn = contentByLanguage(incident, image, policy, channel, log);
    const everybody: Person[] = people.length === 0 ? [{ address: '' }] : [...people];
    const wouldBe = everybody.map(({ address, name, language = policy.language ?? 'en' }) => {
      const { text, picture } = contentIn(language);
      const recipient = address === '' ? '' : masked(address);
      return {
        delivery: { ...common, recipient, text, ...(name === undefined ? {} : { name }) },
        ...(picture === undefined ? {} : { image: picture.bytes }),
      };
    });
    this.#remember(
      id,
      wouldBe.map(({ delivery }) => delivery),
    );
    return { send: true, wouldBe };
  }

  /** The sound and the clip that would follow the texts about an incident, as they were kept: nothing is encoded. */
  follow({ id }: Incident, { samples, clip }: KeptMedia, wanted: Omit<FollowPolicy, 'node'>): WouldBe[] {
    const { channel, clock } = this.#options;
    const { voice, video } = channel.form;
    const reply = (text: Delivery, part: Delivery['part'], words: string): Delivery => ({
      ...{ ...text, part, text: words, capturedAt: clock.now() },
    });
    return (this.#texts.get(id) ?? []).flatMap((text) => [
      ...(wanted.sendVoice && voice !== undefined && samples !== undefined
        ? [{ delivery: reply(text, 'voice', `${(samples.length / sampleRate).toFixed(1)} s`), samples }]
        : []),
      ...(wanted.sendVideo && video !== undefined && clip !== undefined
        ? [{ delivery: reply(text, 'video', `${Math.ceil(clip.length / 1024)} KB`), clip }]
        : []),
    ]);
  }

  #remember(incidentId: string, texts: Delivery[]): void {
    this.#texts.delete(incidentId);
    this.#texts.set(incidentId, texts);
    const [oldest] = this.#texts.keys();
    if (this.#texts.size > remembered && oldest !== undefined) this.#texts.delete(oldest);
  }
}
