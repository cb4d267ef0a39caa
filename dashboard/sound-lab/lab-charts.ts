import type { TrainingResults, TrainingSession, TrainingStatus } from '../../src/contracts/training.ts';
import { classWord, type labSpeaker } from './lab-words.ts';

/** A clip of which it was at least so sure counts as one that it was sure of. */
const sureFrom = 0.8;
/** From this distance between what was learnt and what was held out on, it has memorised. */
const largeGap = 0.15;

export interface ChartSources {
  training: () => TrainingStatus | undefined;
  /** Of the language. */
  tag: string;
  say: ReturnType<typeof labSpeaker>;
}

/** What the charts of the last training show, and the sentences below them. */
export function labCharts({ training, tag, say }: ChartSources) {
  const percents = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 });
  const numbers = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
  const dates = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' });
  const percent = (share: number): string => percents.format(share);
  const results = (): TrainingResults | undefined => training()?.session?.results;

  return {
    results,
    datasetText(): string {
      const sorted = [...(results()?.classes ?? [])].sort((a, b) => b.clips - a.clips);
      const [largest, smallest] = [sorted[0], sorted.at(-1)];
      if (largest === undefined || smallest === undefined) return '';
      const { falseAlarms = 0, windows = 0 } = results()?.other ?? {};
      const names = { largest: classWord(say, largest.label), smallest: classWord(say, smallest.label) };
      const times = numbers.format(largest.clips / Math.max(1, smallest.clips));
      return say('datasetText', {
        ...{ clips: sorted.reduce((sum, { clips }) => sum + clips, 0), classes: sorted.length },
        balance: largest.clips === smallest.clips ? say('balanced') : say('unbalanced', { ...names, times }),
        alarms: windows === 0 ? say('noAlarms') : say('alarms', { alarms: falseAlarms, windows }),
      });
    },
    /** Share of the largest class. */
    clipShare: (clips: number): number => clips / Math.max(1, ...(results()?.classes ?? []).map((one) => one.clips)),
    historyText(): string {
      const history = results()?.history ?? [];
      const last = history.at(-1);
      if (last === undefined) return '';
      const isLarge = last.accuracy - last.heldOutAccuracy >= largeGap;
      return say('historyText', {
        ...{ epochs: history.length, heldOut: percent(last.heldOutAccuracy), learnt: percent(last.accuracy) },
        gap: say(isLarge ? 'gapLarge' : 'gapSmall'),
      });
    },
    /** Columns of the confidence chart, as shares of the highest one. */
    confidenceBars(): { from: number; right: number; wrong: number }[] {
      const { bins = [], right = [], wrong = [] } = results()?.confidence ?? {};
      const highest = Math.max(1, ...bins.map((_, index) => (right[index] ?? 0) + (wrong[index] ?? 0)));
      return bins.map((from, index) => {
        return { from, right: (right[index] ?? 0) / highest, wrong: (wrong[index] ?? 0) / highest };
      });
    },
    confidencesText(): string {
      const { bins = [], right = [], wrong = [] } = results()?.confidence ?? {};
      const sum = (counts: readonly number[]): number => {
        return counts.reduce((total, count, index) => total + ((bins[index] ?? 0) >= sureFrom - 1e-9 ? count : 0), 0);
      };
      const count = sum(right) + sum(wrong);
      return say('confidencesText', { sure: percent(sureFrom), count, right: sum(right) });
    },
    /** Only classes that have clips, or that something was taken for. */
    confusion(): { label: string; cells: { label: string; count: number; look: string }[] }[] {
      const { labels = [], confusion = [] } = results() ?? {};
      const all = labels.map((label, own) => ({ label, own, row: confusion[own] ?? [] }));
      const heard = all.filter(({ own, row }) =>
        [...row, ...confusion.map((one) => one[own] ?? 0)].some((one) => one > 0),
      );
      const lines = all.filter(({ row }) => row.some((one) => one > 0));
      return lines.map(({ label, own, row }) => ({
        label,
        cells: heard.map((column) => {
          const count = row[column.own] ?? 0;
          return { label: column.label, count, look: count === 0 ? '' : column.own === own ? 'es-hit' : 'es-miss' };
        }),
      }));
    },
    confusionText: (): string => say('confusionText', { model: training()?.session?.model ?? '' }),
    /** What could not be learnt from. */
    refused(): { count: number; files: TrainingSession['refusals'] } {
      const { refused = 0, refusals = [] } = training()?.session ?? {};
      return { count: refused, files: refusals };
    },
    /** Newest first. */
    versions(): { version: number; title: string; text: string; active: boolean }[] {
      return (training()?.versions ?? []).map(
        ({ version, createdAt, clips, classes, balancedAccuracy, model, active }) => {
          const names = classes.map(({ label }) => classWord(say, label)).join(', ');
          const title = say('version', { version, date: dates.format(createdAt) });
          return {
            version,
            title,
            text: say('versionText', { clips, classes: names, accuracy: percent(balancedAccuracy), model }),
            active,
          };
        },
      );
    },
  };
}
