import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { ApiHost } from '../../../src/api/api.ts';
import { siteHost } from '../../../src/api/site-host.ts';
import type { PreparedExport } from '../../../src/contracts/api.ts';
import type { Caller } from '../../../src/contracts/access.ts';
import { rulePresets } from '../../../src/contracts/configs.ts';
import type { StreamStatus } from '../../../src/contracts/messages.ts';
import { Site } from '../../../src/site/site.ts';
import { Previews } from '../../../src/vision/preview/previews.ts';
import { incident, jpeg } from '../evidence/incident.ts';
import { RecordingLog } from '../recording-log.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { serveApi } from './api-server.ts';

/** The site whose rows are asked for, and one of its cameras; every name in it says so. */
export const home = 'hearth';
export const door = `${home}-door`;
const others = { yard: `${home}-yard`, garage: 'garage', gate: 'garage-gate' };
/** What somebody may see who may see all of it, another site, or another camera of it. */
export const scopes = {
  everything: undefined,
  own: [home],
  'foreign site': [others.garage],
  'foreign source': [`${home}/${others.yard}`],
} as const;
export type ScopeName = keyof typeof scopes;

const password = 'correct horse battery';
const peer = '192.0.2.7';
const clip = Buffer.concat([Buffer.from('\0\0\0\x20ftypisom', 'latin1'), Buffer.alloc(64)]);

/** Two real sites with rows of every kind, and an API that answers whoever a test wants. */
export async function twoHouses(t: Pick<TestContext, 'after'>, over: Partial<ApiHost> = {}) {
  const log = new RecordingLog();
  const sites = [home, others.garage].map((id) => new Site({ id, name: `The ${id}`, folder: temporaryFolder(t) }, log));
  t.after(() => Promise.all(sites.map((site) => site.close())));
  for (const site of sites) {
    for (const source of site.id === home ? [door, others.yard] : [others.gate]) await furnish(site, source);
  }
  const [site] = sites;
  assert.ok(site);
  const { access } = site;
  const link = access.firstLink();
  await access.useLink({ link, name: 'ann', password }, peer);
  const { cookie, caller: ann } = await access.login({ name: 'ann', password }, peer);
  let caller: Caller | undefined;
  const host = siteHost(() => sites, { authenticated: () => false, user: () => undefined }, log);
  const address = await serveApi(t, { ...host, caller: () => Promise.resolve(caller), ...over });
  const summary = await (await site.evidence()).summary(`of-${door}`, 'whole');
  const fileOf = (type: string): string => summary?.evidence.find((item) => item.type === type)?.id ?? '';
  const parts: Readonly<Record<string, () => string | Promise<string>>> = {
    incident: () => `of-${door}`,
    event: () => `of-${door}`,
    alert: () => `of-${door}`,
    evidence: () => fileOf('snapshot'),
    clip: () => fileOf('clip'),
    preview: () => site.previews.all.find(({ source }) => source === door)?.id ?? '',
    stream: async () => {
      const known = await site.streams.find(door);
      if (known === undefined) await site.streams.add(streamRequest(site.id, door), () => false);
      return door;
    },
    // Made by the caller of now; who may not is told so when asking for it, too.
    export: async () => {
      for (;;) {
        const made = await fetch(`${address}/api/v1/incidents/of-${door}/exports`, { method: 'POST' });
        const { export: secret = 'none' } = (await made.json()) as Partial<PreparedExport>;
        // A fast machine asks more in a second than one caller may.
        if (made.status !== 429) return secret;
        await pause(100);
      }
    },
    user: async () => (await access.addUser({ name: newName('user'), role: 'viewer' }, ann)).id,
    token: async () => (await access.makeToken({ name: newName('token'), role: 'viewer' }, ann)).id,
    session: async () => {
      await access.login({ name: 'ann', password }, peer);
      const others = (await access.sessionsOf(ann, cookie)).filter((session) => !session.current);
      return others[0]?.id ?? '';
    },
  };
  return {
    ...{ address, log, parts, access },
    be: (role: Caller['role'] | undefined, scope: ScopeName) => {
      const sources = scopes[scope];
      const { account = '' } = ann;
      caller = role && { name: 'ann', role, how: 'session', account, ...(sources === undefined ? {} : { sources }) };
    },
  };
}

export function streamRequest(site: string, id: string) {
  return { site, id, name: id, url: 'rtsp://cam.example/live', location: `${id}-area`, auto_start: false } as const;
}

let names = 0;
export function newName(of: string): string {
  names += 1;
  return `${of}-${names}`;
}

/** An incident with all kinds of files, a camera with a live picture, a stream of the store, and rules. */
async function furnish(site: Site, source: string): Promise<void> {
  const store = await site.evidence();
  const fields = { site: site.id, area: `${source}-area`, source, sources: [source], id: `of-${source}` };
  const signals = [{ kind: 'object', label: 'person', source, score: 0.8, capturedAt: 5, count: 1 } as const];
  const told = { ...fields, label: `Person at ${source}`, explanation: [`A person was seen at ${source}.`], signals };
  const media = { image: jpeg(source), clip, samples: new Float32Array(1600) };
  await store.record(incident({ ...told, phase: 'end', severity: 2, startedAt: 1000, endedAt: 2000 }), media);
  const status: StreamStatus = {
    ...{ v: 1, kind: 'stream-status', site: site.id, area: `${source}-area`, source, capturedAt: 1000 },
    ...{ status: 'connected', detail: `Streams from ${source}.`, attempt: 0 },
  };
  site.health.source(`node of ${source}`, 'camera', status);
  const previews = new Previews({
    ...{ node: `detector of ${source}`, model: 'm', rate: 1, clock: site.clock, seats: site.previews.seats },
    ...{ isWired: () => false, metrics: { count: () => undefined }, failed: () => undefined },
    renderer: { jpeg: () => Promise.resolve(Buffer.from('jpeg')) },
  });
  site.previews.add(`detector of ${source}`, previews);
  const { area } = fields;
  const frame = { v: 1, kind: 'frame', site: site.id, area, source, seq: 1, capturedAt: site.clock.now() } as const;
  await previews.show({ ...frame, width: 1, height: 1, encoding: 'rgb24' }, Buffer.alloc(3), []);
  const [rule] = rulePresets.home;
  assert.ok(rule);
  const all = [{ kind: 'object', label: 'person', source } as const];
  site.rules.add({ node: newName('rules'), name: '', rules: [{ ...rule, id: source, label: source, all }] });
}
