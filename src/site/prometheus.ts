import { createRequire } from 'node:module';
import type PromClient from 'prom-client';
import {
  metricAliases,
  metricDefinitions,
  type MetricAlias,
  type MetricDefinition,
  type MetricName,
} from '../contracts/metrics.ts';
import type { Gauges, Metrics } from '../contracts/ports.ts';
import { Throughputs } from './throughput.ts';

const require = createRequire(import.meta.url);
/** Seconds, from one run of a small model to an alert that waited a minute. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics of all Sites of this process: one series per Site, told apart by the label `site`. */
interface Prometheus {
  registry: PromClient.Registry;
  counters: Map<MetricName, PromClient.Counter>;
  gauges: Map<MetricName, PromClient.Gauge>;
  /** Under a metric's own name and its aliases; values are multiplied by `factor`. */
  histograms: Map<MetricName, { histogram: PromClient.Histogram; factor: number }[]>;
}

let shared: Prometheus | undefined;

function prometheus(): Prometheus {
  shared ??= define(require('prom-client') as typeof PromClient);
  return shared;
}

function define(prom: typeof PromClient): Prometheus {
  const registry = new prom.Registry();
  const counters: Prometheus['counters'] = new Map();
  const gauges: Prometheus['gauges'] = new Map();
  const histograms: Prometheus['histograms'] = new Map();
  for (const [key, definition] of Object.entries<MetricDefinition>(metricDefinitions)) {
    const name = key as MetricName;
    const labelNames = ['site', ...(definition.labels ?? [])];
    const options = { name, help: definition.help, labelNames, registers: [registry] };
    if (definition.type === 'counter') counters.set(name, new prom.Counter(options));
    else if (definition.type === 'gauge') gauges.set(name, new prom.Gauge(options));
    else histograms.set(name, [{ histogram: new prom.Histogram({ ...options, buckets }), factor: 1 }]);
  }
  for (const [name, { of, factor, help }] of Object.entries<MetricAlias>(metricAliases)) {
    const options = { name, help, labelNames: ['site', ...metricDefinitions[of].labels], registers: [registry] };
    const histogram = new prom.Histogram({ ...options, buckets: buckets.map((bound) => bound * factor) });
    histograms.get(of)?.push({ histogram, factor });
  }
  return { registry, counters, gauges, histograms };
}

/** The metrics of one Site. */
export class SiteMetrics implements Metrics, Gauges {
  /** The same counts by source. */
  readonly throughputs = new Throughputs();
  readonly #site: () => string;

  /** @param site the label of the Site as it is now. */
  constructor(site: () => string) {
    this.#site = site;
  }

  count(name: MetricName, labels: Record<string, string> = {}, by = 1): void {
    this.throughputs.count(name, labels, by);
    prometheus()
      .counters.get(name)
      ?.inc({ site: this.#site(), ...labels }, by);
  }

  set(name: MetricName, value: number | undefined, labels: Record<string, string>): void {
    this.throughputs.set(name, value, labels);
    const gauge = prometheus().gauges.get(name);
    if (value === undefined) gauge?.remove({ site: this.#site(), ...labels });
    else gauge?.set({ site: this.#site(), ...labels }, value);
  }

  observe(name: MetricName, value: number, labels: Record<string, string> = {}): void {
    for (const { histogram, factor } of prometheus().histograms.get(name) ?? []) {
      histogram.observe({ site: this.#site(), ...labels }, value * factor);
    }
  }
}

/** Prometheus text exposition of all Sites. */
export function metricsText(): Promise<string> {
  return prometheus().registry.metrics();
}
