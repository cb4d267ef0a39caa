import { randomBytes } from 'node:crypto';
import type { ApiHost } from './api.ts';
import { SiteClock } from '../clock/site-clock.ts';
import { maySee, maySeeSite } from '../contracts/access.ts';
import type { NodeSettings } from '../contracts/node-settings.ts';
import type { HealthReport, Platform, SiteHealth } from '../contracts/health.ts';
import { isOffline } from '../contracts/messages.ts';
import type { Log } from '../contracts/ports.ts';
import { packageVersion } from '../process/package-files.ts';
import { reportReceiver } from '../site/account-alerts.ts';
import { whatsAppReceivers } from '../site/account-inbox.ts';
import { homeOfAccounts } from '../site/account-home.ts';
import { camerasOf, livePicture } from '../site/camera-list.ts';
import { microphonesOf } from '../site/microphone-list.ts';
import { metricsText } from '../site/prometheus.ts';
import type { Site } from '../site/site.ts';
import { callerAt } from './access/account-caller.ts';
import type { Login } from './login-caller.ts';
import { simulateEvent, testsAreAllowed } from './older/simulated-event.ts';
import { armableSites, watchSiteArming } from './site-arming.ts';
import { exportOf } from './site-exports.ts';
import { allCameras, siteRegister } from './site-register.ts';
import { siteRules } from './site-rules.ts';
import { caredSites, wholeSites } from './site-care.ts';
import { soundSites } from './sound/sound-sites.ts';
import { siteStoredStreams } from './site-stored-streams.ts';
import { watchSiteStreams } from './site-streams.ts';
import { siteStatistics } from './site-statistics.ts';
import { firstFound, siteIncidents, watchSiteIncidents } from './site-incidents.ts';

/**
 * What the API of one process serves: every Site that is open.
 * @param running settings of the nodes that run, without their secrets; the version of Node-RED, where it says it.
 */
export function siteHost(
  sites: () => readonly Site[],
  login: Login,
  log: Log,
  { settings = () => [], nodeRed }: { settings?: () => readonly NodeSettings[]; nodeRed?: string | undefined } = {},
): ApiHost {
  const platform = { nodejs: process.versions.node, ...(nodeRed === undefined ? {} : { nodeRed }) };
  return {
    door: () => homeOfAccounts(sites()),
    note: ({ name: by, how }, action, subject) => {
      const site = homeOfAccounts(sites());
      const about = subject === undefined ? {} : { subject };
      site?.access.audit.note({ by, how, action, at: site.clock.now(), ...about });
    },
    caller: (request) => callerAt(homeOfAccounts(sites()), login, request),
    log,
    clock: new SiteClock(),
    health: async () => healthOf(await Promise.all(sites().map((site) => site.report())), platform),
    metrics: metricsText,
    evidence: (id, scope) =>
      firstFound(sites(), async (site) => {
        const found = await (await site.evidence()).find(id);
        return found && maySee(scope, found.site, found.item.source) ? found : undefined;
      }),
    ...siteIncidents(sites),
    exportIncident: (id, scope) => exportOf(sites(), id, scope),
    rules: (language, scope) => siteRules(sites(), language, scope),
    simulate: (source, scope, how) =>
      testsAreAllowed() ? simulateEvent(sites(), source, { scope, ...how }) : undefined,
    cameras: (scope) => ({ cameras: camerasOf(sites(), scope) }),
    allCameras: (scope) => allCameras(sites(), scope),
    microphones: (scope) => ({ microphones: microphonesOf(sites(), scope) }),
    ...siteRegister(sites),
    ...siteStoredStreams(sites),
    testsAllowed: testsAreAllowed,
    preview: (id, scope) => livePicture(sites(), id, scope),
    statistics: (asked) => siteStatistics(sites(), asked),
    whatsAppReceivers,
    smsReceivers: (account) => sites().flatMap((site) => reportReceiver(site, account) ?? []),
    soundSites: (scope) => soundSites(sites().filter(({ id }) => maySeeSite(scope, id))),
    version: packageVersion(),
    armableSites: (scope) => armableSites(sites(), scope),
    caredSites: (scope) => caredSites(sites(), scope),
    wholeSites: (scope) => wholeSites(sites(), scope),
    settings,
    watch: (listener) => {
      const ends = [watchSiteIncidents(listener), watchSiteArming(listener), watchSiteStreams(listener)];
      return () => {
        for (const end of ends) end();
      };
    },
    newSecret: () => randomBytes(24).toString('base64url'),
  };
}

function healthOf(sites: SiteHealth[], platform: Platform): HealthReport {
  const well = sites.every(
    (site) =>
      site.database !== 'down' &&
      site.models.every((model) => model.ok) &&
      site.sources.every(({ status }) => !isOffline(status)),
  );
  return { status: well ? 'ok' : 'degraded', version: packageVersion(), platform, sites };
}
