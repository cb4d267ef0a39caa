import { asSentinelError } from '../contracts/errors.ts';
import type { Incident } from '../contracts/messages.ts';
import type { ClipSource, Clock, Log, SnapshotRenderer } from '../contracts/ports.ts';
import { AreaMedia } from './area-media.ts';
import { ClipDesk } from './clip-desk.ts';
import { FusionEngine, type FusionInput, type FusionOptions } from './engine.ts';

/** How much sound before the start of an incident is kept with it, in milliseconds. */
const preRollMs = 5000;

/** The bytes that go with an incident message. */
export interface IncidentMedia {
  /** JPEG with boxes: the picture of the area that shows the reason best. */
  image?: Buffer;
  /** 16 kHz mono, with phase `evidence`: from five seconds before the start, or the ten seconds that are remembered. */
  samples?: Float32Array;
  /** MP4, with a message of phase `evidence` of its own, whose `source` is the camera and whose `capturedAt` the clip's start. */
  clip?: Buffer;
}

/** What fuse-severity does: judge signals, and hand out each incident with the picture and sound that belong to it. */
export class IncidentDesk {
  readonly #engine: FusionEngine;
  readonly #media = new AreaMedia();
  readonly #renderer: SnapshotRenderer;
  readonly #deliver: (incident: Incident, media: IncidentMedia) => void;
  readonly #log: Log;
  readonly #clips: ClipDesk | undefined;
  /** Messages leave in the order in which they arose, although pictures take a moment to encode. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    options: FusionOptions & { renderer: SnapshotRenderer; log: Log; clips?: ClipSource },
    deliver: (incident: Incident, media: IncidentMedia) => void,
  ) {
    this.#renderer = options.renderer;
    this.#log = options.log;
    this.#deliver = deliver;
    const clock = this.#guarded(options.clock);
    this.#clips =
      options.clips &&
      new ClipDesk(options.clips, options.log, (told, clip) => {
        this.#hand(told, { clip });
      });
    this.#engine = new FusionEngine({ ...options, clock }, (incident) => {
      // Beside the others: a clip takes seconds, and nothing waits for it.
      this.#clips?.accept(incident);
      const media = this.#gather(incident);
      this.#last = this.#last.then(async () => {
        this.#hand(incident, await media);
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
    this.#clips?.close();
    this.#engine.close();
    await this.#last;
  }

  /** A fault in a timer would end the process: it is logged instead. */
  #guarded(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms, callback) =>
        clock.after(ms, () => {
          try {
            callback();
          } catch (error) {
            this.#log.error(`A timer of the fusion failed: ${String(error)}`);
          }
        }),
    };
  }

  /** What a receiver throws must neither hold up later incidents nor end the process. */
  #hand(incident: Incident, media: IncidentMedia): void {
    try {
      this.#deliver(incident, media);
    } catch (error) {
      this.#log.error(`Incident ${incident.id} could not be passed on: ${String(error)}`);
    }
  }

  /** Pictures go with news; sound goes when what follows the start, or a new reason, has been heard too. */
  async #gather({ id, area, phase, startedAt, updatedAt }: Incident): Promise<IncidentMedia> {
    if (phase === 'end') return {};
    if (phase === 'evidence') {
      const sound = this.#media.audio(area, startedAt - preRollMs, updatedAt);
      return sound === undefined ? {} : { samples: sound.samples };
    }
    const shown = this.#media.picture(area, updatedAt);
    if (shown === undefined) return {};
    try {
      return { image: await this.#renderer.jpeg(shown.picture, shown.objects) };
    } catch (thrown) {
      const { message } = asSentinelError(thrown, 'ES_IMAGE_INVALID');
      this.#log.warn(`The snapshot of incident ${id} could not be drawn: ${message}`);
      return {};
    }
  }
}
