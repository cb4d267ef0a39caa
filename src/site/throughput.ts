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

type Measured = Pick<SourceHealth, 'frames' | 'sound' | 'lagSeconds'>;

/** What the metrics count and measure of each source, for the health route. */
export class Throughputs {
  readonly #sources = new Map<string, Measured>();

  count(name: MetricName, { source, reason = '' }: Record<string, string>, by: number): void {
    const meaning = counted[name];
    if (meaning === undefined || source === undefined) return;
    const known = this.#known(source);
    const passed: Throughput = (known[meaning.of] ??= { captured: 0, analysed: 0, dropped: {} });
    if (meaning.stage === 'dropped') passed.dropped[reason] = (passed.dropped[reason] ?? 0) + by;
    else passed[meaning.stage] += by;
  }

  /** @param value undefined when it is not known any more. */
  set(name: MetricName, value: number | undefined, { source }: Record<string, string>): void {
    if (name !== 'stream_lag_seconds' || source === undefined) return;
    const known = this.#known(source);
    if (value === undefined) delete known.lagSeconds;
    else known.lagSeconds = value;
  }

  /** Of one source; empty before anything came from it. */
  of(source: string): Measured {
    return structuredClone(this.#sources.get(source) ?? {});
  }

  #known(source: string): Measured {
    let known = this.#sources.get(source);
    if (known === undefined) {
      known = {};
      this.#sources.set(source, known);
      const [first] = this.#sources.keys();
      if (this.#sources.size > sourceLimit && first !== undefined) this.#sources.delete(first);
    }
    return known;
  }
}
