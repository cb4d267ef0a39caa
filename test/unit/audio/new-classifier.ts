import { SoundClassifier, type SoundClassifierOptions } from '../../../src/audio/classifier.ts';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import { findModel } from '../../../src/inference/catalog.ts';
import { modelPools } from '../../../src/site/model-pools.ts';
import { RecordingLog } from '../recording-log.ts';

/** A classifier with its real worker. */
export function newClassifier(options: Partial<SoundClassifierOptions> = {}): SoundClassifier {
  const tools = { clock: new SiteClock(), log: new RecordingLog(), ...options };
  return new SoundClassifier({
    model: findModel('echosight-audio-v1', 'sound'),
    pool: modelPools(tools).audio,
    metrics: { count: () => undefined, observe: () => undefined },
    ...tools,
  });
}
