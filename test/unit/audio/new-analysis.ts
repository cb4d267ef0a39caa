import { decisionOf, type DecisionSettings } from '../../../src/audio/decision/settings.ts';
import { TalkLog } from '../../../src/audio/decision/talk-log.ts';
import { shippedMapping } from '../../../src/audio/sound-mapping.ts';
import { SoundAnalysis, type SoundAnalysisOptions } from '../../../src/audio/sound-analysis.ts';
import { SiteClock } from '../../../src/clock/site-clock.ts';
import { readConfig } from '../../../src/contracts/read-config.ts';

/** What audio-classify decides by when nothing is changed in its dialog. */
export const usualDecision: DecisionSettings = decisionOf(
  readConfig('audio-classify', {}, () => undefined),
  shippedMapping(),
);

/** What audio-classify does with a classifier. */
export function newAnalysis(
  classifier: ReturnType<SoundAnalysisOptions['classifier']>,
  options: Partial<SoundAnalysisOptions> = {},
): SoundAnalysis {
  return new SoundAnalysis({
    ...{ classifier: () => classifier, model: 'test', decision: usualDecision, talk: new TalkLog() },
    ...{ clock: new SiteClock(), metrics: { count: () => undefined } },
    ...options,
  });
}
