import { clockTime } from '../alerting/text-template.ts';
import { readArmingCommand } from '../contracts/arming-commands.ts';
import type { Arming } from '../contracts/arming.ts';
import { isOffline, type Review, type WireMessage } from '../contracts/messages.ts';
import type { HouseDesk, HouseIncident } from '../contracts/ports.ts';
import { reviewMessage } from './review-message.ts';
import type { Site } from './site.ts';

const newest = 100;

/** What of a site people may ask for from outside. */
export class SiteDesk implements HouseDesk {
  readonly #site: Site;
  readonly #onReview: (review: WireMessage<Review>) => void;

  /** @param onReview told of each review that was not there before. */
  constructor(site: Site, onReview: (review: WireMessage<Review>) => void) {
    this.#site = site;
    this.#onReview = onReview;
  }

  async incidents(): Promise<HouseIncident[]> {
    const listed = await (await this.#site.evidence()).list({ limit: newest });
    return listed.map(({ id, label, review }) => ({ id, label, isAnswered: review.state !== 'pending' }));
  }

  async review(
    incidentId: string,
    action: 'acknowledge' | 'dismiss',
    by: string,
  ): Promise<{ label: string; by: string; added: boolean } | undefined> {
    const reviewed = await this.#site.review(incidentId, { action }, by);
    if (reviewed === undefined) return undefined;
    if (reviewed.added) {
      this.#site.noteReview(incidentId, action, { by, how: 'message' });
      this.#onReview(reviewMessage(reviewed));
    }
    const incident = await (await this.#site.evidence()).summary(incidentId, 'listed');
    return { label: incident?.label ?? incidentId, by: reviewed.record.by, added: reviewed.added };
  }

  async arm(mode: string, by: string): Promise<Pick<Arming, 'mode' | 'counting'> | undefined> {
    const request = armingOf(mode);
    return request === undefined ? undefined : await this.#site.arming.set(request, { by, how: 'message' });
  }

  state(): ReturnType<HouseDesk['state']> {
    const { name, arming, health } = this.#site;
    const sources = health.sources.map(({ source, type, status }) => {
      return { name: source, isCamera: type === 'camera', connected: !isOffline(status) };
    });
    return { name, mode: arming.now.mode, sources };
  }

  async snooze(minutes: number, area: string, by: string): Promise<{ until: string; area: string } | undefined> {
    const known = area === '' ? '' : this.areas().find((name) => name.toLowerCase() === area.toLowerCase());
    if (known === undefined) return undefined;
    const { timeZone, snooze } = this.#site;
    const until = await snooze.set({ minutes, area: known, by });
    const zone = timeZone === '' ? {} : { timeZone };
    return { until: until === undefined ? '' : clockTime(until, zone), area: known };
  }

  areas(): string[] {
    return [...new Set(this.#site.health.sources.map(({ area }) => area))].filter((area) => area !== '');
  }

  async picture(camera: string): Promise<Buffer | undefined> {
    const still = await this.#site.clips.snapshot(camera, this.#site.clock.now());
    return still?.bytes;
  }
}

function armingOf(mode: string): ReturnType<typeof readArmingCommand> | undefined {
  try {
    return readArmingCommand(mode === 'disarmed' ? 'disarm' : { command: 'arm', value: mode });
  } catch {
    return undefined;
  }
}
