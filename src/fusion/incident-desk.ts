import type { Rule } from '../contracts/configs.ts';
import type { Incident } from '../contracts/messages.ts';
import type { ClipSource, Clock, Log, SnapshotRenderer } from '../contracts/ports.ts';
import { AreaMedia } from './area-media.ts';
import { ClipDesk } from './clip-desk.ts';
import { FusionEngine, type FusionInput, type FusionOptions } from './engine.ts';
import type { IncidentMedia } from './incident-media.ts';
import { drawSnapshots } from './snapshots.ts';
import { WithheldMedia } from './withheld-media.ts';

export type { IncidentMedia } from './incident-media.ts';

/** How much sound before the start of an incident is kept with it, in milliseconds. */
const preRollMs = 5000;

/** What fuse-severity does: judge signals, and hand out each incident with the picture and sound that belong to it. */
export class IncidentDesk {
  readonly #engine: FusionEngine;
  readonly #media = new AreaMedia();
  readonly #renderer: SnapshotRenderer;
  readonly #deliver: (incident: Incident, media: IncidentMedia) => void;
  readonly #log: Log;
  readonly #clips: ClipDesk | undefined;
  readonly #withheld = new WithheldMedia();
  /** Messages leave in the order in which they arose, although pictures take a moment to encode. */
  #last: Promise<void> = Promise.resolve();

  constructor(
    options: Omit<FusionOptions, 'waiting' | 'failing'> & { renderer: SnapshotRenderer; log: Log; clips?: ClipSource },
    deliver: (incident: Incident, media: IncidentMedia) => void,
  ) {
    this.#renderer = options.renderer;
    this.#log = options.log;
    this.#deliver = deliver;
    const clock = this.#guarded(options.clock);
    this.#clips =
      options.clips &&
      new ClipDesk(options.clips, options.log, (told, clip) => {
        if (!this.#withheld.keepClip(told, clip)) this.#hand(told, { clip });
      });
    const withheld = (incident: Incident): void => {
      this.#withheld.keep(incident, this.#fetch(incident));
    };
    const skipped = (incident: Incident): void => {
      void this.#withheld.take(incident);
    };
    const dropped = ({ id }: Incident): void => {
      this.#withheld.drop(id);
    };
    const waiting = { withheld, skipped, dropped };
    const toldOf = new Set<Rule>();
    const failing = (rule: Rule, why: string): void => {
      if (toldOf.has(rule)) return;
      toldOf.add(rule);
      options.log.warn(
        `The expression of the rule ${rule.label ?? rule.id} fails, so the rule holds without it: ${why}.`,
      );
    };
    this.#engine = new FusionEngine({ ...options, clock, waiting, failing }, (incident) => {
      const media = this.#withheld.take(incident) ?? this.#fetch(incident);
      const clips = this.#withheld.takeClips(incident.id);
      this.#last = this.#last.then(async () => {
        this.#hand(incident, await media);
        for (const { told, clip } of clips) this.#hand(told, { clip });
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

  #fetch(incident: Incident): Promise<IncidentMedia> {
    // Beside the others: a clip takes seconds, and nothing waits for it.
    this.#clips?.accept(incident);
    return this.#gather(incident);
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
    return await drawSnapshots(this.#renderer, shown, (message) => {
      this.#log.warn(`The snapshot of incident ${id} could not be drawn: ${message}`);
    });
  }
}
