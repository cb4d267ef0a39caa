import { randomUUID } from 'node:crypto';
import type { ApiHost } from '../../../src/api/api.ts';
import { callerByLogin, type Login } from '../../../src/api/login-caller.ts';
import { summedUp } from '../../../src/api/site-statistics.ts';
import type { IncidentSummary } from '../../../src/contracts/api.ts';
import { ManualClock } from '../manual-clock.ts';
import { RecordingLog } from '../recording-log.ts';

/** A host that has nothing but what a test gives it. */
export function apiHost(over: Partial<ApiHost> = {}): ApiHost {
  return {
    caller: callerBy(),
    door: () => undefined,
    note: () => undefined,
    health: () => Promise.resolve({ status: 'ok', version: '0', sites: [] }),
    metrics: () => Promise.resolve(''),
    evidence: () => Promise.resolve(undefined),
    incidents: () => Promise.resolve({ incidents: [] }),
    incident: () => Promise.resolve(undefined),
    course: () => Promise.resolve(undefined),
    review: () => Promise.resolve(undefined),
    statistics: (asked) => Promise.resolve(summedUp([], asked)),
    simulate: () => undefined,
    cameras: () => ({ cameras: [] }),
    allCameras: () => Promise.resolve({ cameras: [] }),
    microphones: () => ({ microphones: [] }),
    preview: () => 'unknown',
    registeredSites: nothing,
    registeredAreas: nothing,
    registeredSources: nothing,
    registeredModels: nothing,
    streams: () => Promise.resolve([]),
    streamSites: () => [],
    streamSite: () => undefined,
    testsAllowed: () => false,
    soundSites: () => [],
    caredSites: () => [],
    wholeSites: () => [],
    settings: () => [],
    rules: () => Promise.resolve({ nodes: [] }),
    exportIncident: () => Promise.resolve(undefined),
    armableSites: () => [],
    whatsAppReceivers: () => [],
    smsReceivers: () => [],
    version: '0',
    watch: () => () => undefined,
    newSecret: randomUUID,
    log: new RecordingLog(),
    clock: new ManualClock(),
    ...over,
  };
}

const nothing = () => Promise.resolve({ rows: [], unavailable: [] });

/** Who asks, where a login says what a test wants; without, this machine alone is answered. */
export function callerBy(login: Partial<Login> = {}): ApiHost['caller'] {
  const whole = { authenticated: () => false, user: () => undefined, ...login };
  return (request) => Promise.resolve().then(() => callerByLogin(whole, request));
}

/** An incident as the API tells it. */
export function summary(id: string): IncidentSummary {
  return {
    id,
    ...{ site: 'home', siteName: 'Home', area: 'shop', source: 'front', sources: ['front'] },
    ...{ severity: 3, label: 'Person', reason: 'person', confidence: 0.9 },
    ...{ startedAt: 1000, updatedAt: 1000, explanation: [], signals: [], evidence: [] },
    review: { state: 'pending' },
  };
}
