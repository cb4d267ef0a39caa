import { createRequire } from 'node:module';
import type PromClient from 'prom-client';
import { metricDefinitions, type MetricName } from '../contracts/metrics.ts';
import type { Metrics } from '../contracts/ports.ts';

const require = createRequire(import.meta.url);
/** Seconds, from one run of a small model to an alert that waited a minute. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics of one Site, on a registry of its own, each labelled with the Site. */
export class PrometheusMetrics implements Metrics {
  readonly registry: PromClient.Registry;
  readonly #counters = new Map<MetricName, PromClient.Counter>();
  readonly #histograms = new Map<MetricName, PromClient.Histogram>();

  constructor(site: string) {
    const prom = require('prom-client') as typeof PromClient;
    this.registry = new prom.Registry();
    this.registry.setDefaultLabels({ site });
    for (const [key, definition] of Object.entries(metricDefinitions)) {
      const name = key as MetricName;
      const options = { name, help: definition.help, labelNames: definition.labels, registers: [this.registry] };
      if (definition.type === 'counter') this.#counters.set(name, new prom.Counter(options));
      else this.#histograms.set(name, new prom.Histogram({ ...options, buckets }));
    }
  }

  count(name: MetricName, labels: Record<string, string> = {}, by = 1): void {
    this.#counters.get(name)?.inc(labels, by);
  }

  observe(name: MetricName, value: number, labels: Record<string, string> = {}): void {
    this.#histograms.get(name)?.observe(labels, value);
  }
}

/** The Prometheus text of several Sites together. */
export async function metricsText(sites: readonly PrometheusMetrics[]): Promise<string> {
  const prom = require('prom-client') as typeof PromClient;
  return await prom.Registry.merge(sites.map((site) => site.registry)).metrics();
}
