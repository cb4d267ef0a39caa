import { asSentinelError, type SentinelError } from '../contracts/errors.ts';
import type { Incident } from '../contracts/messages.ts';
import type { Log, SnapshotRenderer } from '../contracts/ports.ts';
import { AreaMedia } from './area-media.ts';
import { FusionEngine, type FusionInput, type FusionOptions } from './engine.ts';

/** How much sound before the start of an incident is kept with it, in milliseconds. */
const preRollMs = 5000;

/** The bytes that go with an incident message. */
export interface IncidentMedia {
  /** JPEG with boxes: the picture of the area that shows the reason best. */
  image?: Buffer;
  /** 16 kHz mono, from five seconds before the start until now. */
  samples?: Float32Array;
}

/** What fuse-severity does: judge signals, and hand out each incident with the picture and sound that belong to it. */
export class IncidentDesk {
  readonly #engine: FusionEngine;
  readonly #media = new AreaMedia();
  readonly #renderer: SnapshotRenderer;
  readonly #deliver: (incident: Incident, media: IncidentMedia) => void;
  readonly #log: Log;
  /** Messages leave in the order in which they arose, although pictures take a moment to encode. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    options: FusionOptions & { renderer: SnapshotRenderer; log: Log },
    deliver: (incident: Incident, media: IncidentMedia) => void,
  ) {
    this.#renderer = options.renderer;
    this.#log = options.log;
    this.#deliver = deliver;
    this.#engine = new FusionEngine(options, (incident) => {
      const media = this.#gather(incident);
      this.#last = this.#last.then(async () => {
        this.#deliver(incident, await media);
      });
    });
  }

  accept(input: FusionInput, image: Buffer | undefined, samples: Float32Array | undefined): void {
    if (input.kind === 'detections' && image !== undefined) this.#media.rememberPicture(input, image);
    if (input.kind === 'audio-scores' && samples !== undefined) this.#media.rememberAudio(input, samples);
    this.#engine.accept(input);
  }

  statusLine(): string {
    return this.#engine.statusLine();
  }

  /** Ends the time lines; what was already decided still leaves. */
  async close(): Promise<void> {
    this.#engine.close();
    await this.#last;
  }

  async #gather(incident: Incident): Promise<IncidentMedia> {
    const media: IncidentMedia = {};
    const sound = this.#media.audio(incident.area, incident.startedAt - preRollMs, incident.updatedAt);
    if (sound !== undefined && incident.phase !== 'end') media.samples = sound.samples;
    const shown = this.#media.picture(incident.area, incident.updatedAt);
    if (shown === undefined || incident.phase === 'end' || incident.phase === 'evidence') return media;
    try {
      media.image = await this.#renderer.jpeg(shown.picture, shown.objects);
    } catch (thrown) {
      const error: SentinelError = asSentinelError(thrown, 'ES_IMAGE_INVALID');
      this.#log.warn(`The snapshot of incident ${incident.id} could not be drawn: ${error.message}`);
    }
    return media;
  }
}
