import { readFileSync } from 'node:fs';
import type { ApiHost } from './api.ts';
import { SiteClock } from '../clock/site-clock.ts';
import type { HealthReport, SiteHealth } from '../contracts/health.ts';
import type { Log } from '../contracts/ports.ts';
import { packageFile } from '../process/package-files.ts';
import { metricsText } from '../site/prometheus.ts';
import type { Site } from '../site/site.ts';

/** What the API of one process serves: every Site that is open. */
export function siteHost(sites: () => readonly Site[], authenticated: () => boolean, log: Log): ApiHost {
  return {
    authenticated,
    log,
    clock: new SiteClock(),
    health: async () => healthOf(await Promise.all(sites().map((site) => site.report()))),
    metrics: metricsText,
    evidence: async (id) => {
      // A Site whose database is down must not hide the evidence of the others.
      const answers = await Promise.allSettled(sites().map(async (site) => (await site.evidence()).find(id)));
      const found = answers.find((answer) => answer.status === 'fulfilled' && answer.value !== undefined);
      if (found?.status === 'fulfilled') return found.value;
      const failed = answers.find((answer) => answer.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
      return undefined;
    },
  };
}

const working: ReadonlySet<string> = new Set(['connected', 'idle', 'paused', 'stopped']);

function healthOf(sites: SiteHealth[]): HealthReport {
  const well = sites.every(
    (site) =>
      site.database !== 'down' &&
      site.models.every((model) => model.ok) &&
      site.sources.every((source) => working.has(source.status)),
  );
  return { status: well ? 'ok' : 'degraded', version: version(), sites };
}

let known: string | undefined;
function version(): string {
  known ??= (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
  return known;
}
