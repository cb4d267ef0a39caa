import type { SourceHealth, Throughput } from '../contracts/health.ts';
import type { MetricName } from '../contracts/metrics.ts';

type Stage = 'captured' | 'analysed' | 'dropped';

const counted: Partial<Record<MetricName, { of: 'frames' | 'sound'; stage: Stage }>> = {
  frames_captured_total: { of: 'frames', stage: 'captured' },
  frames_analysed_total: { of: 'frames', stage: 'analysed' },
  frames_dropped_total: { of: 'frames', stage: 'dropped' },
  audio_windows_captured_total: { of: 'sound', stage: 'captured' },
  audio_windows_analysed_total: { of: 'sound', stage: 'analysed' },
  audio_windows_dropped_total: { of: 'sound', stage: 'dropped' },
};
/** Names of sources come from messages too; the one that was counted first makes room. */
const sourceLimit = 256;

/** What the metrics count of each source, for the health route. */
export class Throughputs {
  readonly #sources = new Map<string, Pick<SourceHealth, 'frames' | 'sound'>>();

  count(name: MetricName, { source, reason = '' }: Record<string, string>, by: number): void {
    const meaning = counted[name];
    if (meaning === undefined || source === undefined) return;
    const known = this.#sources.get(source) ?? {};
    const passed: Throughput = (known[meaning.of] ??= { captured: 0, analysed: 0, dropped: {} });
    if (meaning.stage === 'dropped') passed.dropped[reason] = (passed.dropped[reason] ?? 0) + by;
    else passed[meaning.stage] += by;
    this.#sources.set(source, known);
    const [first] = this.#sources.keys();
    if (this.#sources.size > sourceLimit && first !== undefined) this.#sources.delete(first);
  }

  /** Of one source; empty before anything came from it. */
  of(source: string): Pick<SourceHealth, 'frames' | 'sound'> {
    return structuredClone(this.#sources.get(source) ?? {});
  }
}
