import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { SoundClassifier } from '../audio/classifier.ts';
import { TalkLog } from '../audio/decision/talk-log.ts';
import { HeadStore } from '../audio/heads/head-store.ts';
import type { RunningHead } from '../audio/heads/head.ts';
import { mappingOf } from '../audio/sound-classes.ts';
import { shippedMapping, type SoundMapping } from '../audio/sound-mapping.ts';
import { chooseSoundModel } from '../audio/sound-model.ts';
import { Training } from '../audio/training/training.ts';
import { AudioClassifyConfig } from '../contracts/configs.ts';
import type { SentinelError } from '../contracts/errors.ts';
import type { NoteModel } from '../contracts/register.ts';
import type { Database } from '../database/database.ts';
import { findModel } from '../inference/catalog.ts';
import type { ModelFor } from '../inference/model-description.ts';
import { RingFolders } from '../media/ring/ring-folders.ts';
import { soundFileDecoder } from '../media/sound-file.ts';
import { CalibrationBoard } from './calibration-board.ts';
import type { HealthBoard } from './health-board.ts';
import { ListeningBoard } from './listening-board.ts';
import { modelFault } from './model-fault.ts';
import type { ModelPools } from './model-pools.ts';
import { ServiceLeases, type ServiceLease } from './service-leases.ts';
import type { SiteTools } from './site.ts';
import { SoundDesk } from './sound-desk.ts';

export interface SiteSoundOptions {
  /** The data folder. */
  folder: string;
  database: () => Promise<Database>;
  pools: Pick<ModelPools, 'audio' | 'training'>;
  health: HealthBoard;
  noteModel: NoteModel;
  newId: () => string;
  tools: SiteTools;
}

/** The ears of a Site: the models that hear, what they hear, and what users teach them. */
export class SiteSound {
  /** When our own loudspeaker talks. */
  readonly talk = new TalkLog();
  /** What the audio-classify nodes hear. */
  readonly listening = new ListeningBoard();
  readonly calibrations = new CalibrationBoard();
  /** Hears whole sound files. */
  readonly desk: SoundDesk;
  /** What users teach the sound classifier. */
  readonly training: Training;
  /** What came of it. */
  readonly heads: HeadStore;
  readonly #options: SiteSoundOptions;
  readonly #classifiers: ServiceLeases<SoundClassifier>;
  readonly #folders: RingFolders;

  constructor(options: SiteSoundOptions) {
    this.#options = options;
    const { folder, database, pools, health, newId, tools } = options;
    const { clock } = tools;
    const decoder = soundFileDecoder(clock);
    this.#folders = new RingFolders(tools.log);
    this.#classifiers = new ServiceLeases((key) => {
      health.forgetModel(key.split('\n', 1).join());
    });
    this.heads = new HeadStore(join(folder, 'sound-heads'), hashOf);
    this.training = new Training({
      ...{ ...tools, newId, database, decoder, heads: this.heads, pool: pools.training },
      folder: join(folder, 'training'),
      findModel: soundModel,
      listening: () => this.listening.newest?.model,
      usualModel: Value.Create(AudioClassifyConfig).model,
    });
    this.desk = new SoundDesk({
      judge: () => this.listening.newest,
      mapping: (model) => this.mapping(model),
      fault: (model, table) => this.fault(model, table),
      open: (model, table) => this.#classifiers.made(keyOf(model, table)),
      lease: (model, table) => this.classifier(model, table),
      ran: (model, backend) => {
        health.model(model, backend);
      },
      ...{ decoder, clock, folders: this.#folders },
    });
  }

  /** The classifier of a model, shared by all nodes that use it with the same table of classes. `get` throws as `fault` says. */
  classifier(model: string, table: string): ServiceLease<SoundClassifier> {
    const { pools, noteModel, tools } = this.#options;
    return this.#classifiers.lease(keyOf(model, table), () => {
      const head = (): RunningHead | undefined => this.heads.running;
      const chosen = chooseSoundModel(model, table);
      return new SoundClassifier({ model: chosen, pool: pools.audio, head, noteModel, ...tools });
    });
  }

  /** What is wrong with a model, or with the table of classes, before it is opened: ES_MODEL_MISSING, ES_MODEL_INVALID or ES_BAD_CONFIG. */
  fault(model: string, table: string): SentinelError | undefined {
    return modelFault(() => chooseSoundModel(model, table));
  }

  /** How a model and a table make classes of what is heard; as shipped while they cannot be used. */
  mapping(model: string, table = ''): SoundMapping {
    try {
      return mappingOf(chooseSoundModel(model, table));
    } catch {
      return shippedMapping();
    }
  }

  /** A training that is under way ends first. */
  async close(): Promise<void> {
    await this.training.close();
    await this.#classifiers.close();
    await this.#folders.close();
  }
}

/** A classifier is of a model and a table of classes. */
function keyOf(model: string, table: string): string {
  return [model, table].join('\n');
}

function soundModel(id: string): ModelFor<'sound'> {
  return findModel(id, 'sound');
}

/** Of the file of a model; undefined when there is none. */
async function hashOf(id: string): Promise<string | undefined> {
  try {
    const { sha256, file } = soundModel(id);
    if (sha256 !== undefined) return sha256;
    const hash = createHash('sha256');
    for await (const piece of createReadStream(file)) hash.update(piece as Buffer);
    return hash.digest('hex');
  } catch {
    return undefined;
  }
}
