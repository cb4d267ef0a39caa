import { maySee, maySeeSite, type Scope } from '../contracts/access.ts';
import type { CameraList, CameraSummary } from '../contracts/cameras.ts';
import type { RegisteredArea, RegisteredModel } from '../contracts/register.ts';
import { sourceKey } from '../contracts/source-key.ts';
import {
  registeredAreas,
  registeredModels,
  registeredSites,
  registeredSources,
} from '../evidence/register/register-list.ts';
import { camerasOf } from '../site/camera-list.ts';
import type { Site } from '../site/site.ts';
import type { RegisterHost, Registered } from './register-answers.ts';
import { mayHaveWhole } from './whole-site.ts';

type Query = Awaited<ReturnType<Site['database']>>['query'];

/** What the open Sites have had, as far as a caller may see it. */
export function siteRegister(sites: () => readonly Site[]): RegisterHost {
  return {
    registeredSites: (scope) =>
      joined(sites(), scope, async (query) => {
        return (await registeredSites(query)).filter(({ site }) => maySeeSite(scope, site));
      }),
    registeredAreas: (scope) => joined(sites(), scope, (query, site) => areasIn(query, site, scope)),
    registeredSources: (scope) =>
      joined(sites(), scope, async (query, site) => {
        const rows = await registeredSources(query);
        return named(rows, site).filter(({ site: id, source }) => maySee(scope, id, source));
      }),
    registeredModels: (scope) => joined(sites(), scope, (query, site) => modelsIn(query, site, scope)),
  };
}

/** The cameras of the flow, and those that are gone. @throws SentinelError ES_DATABASE */
export async function allCameras(sites: readonly Site[], scope: Scope): Promise<CameraList> {
  const cameras = camerasOf(sites, scope);
  const there = new Set(cameras.map(sourceKey));
  const { rows } = await siteRegister(() => sites).registeredSources(scope);
  const gone = rows.flatMap(({ site, siteName, area, source, kind, goneAt }): CameraSummary[] => {
    if (kind !== 'camera' || goneAt === undefined || there.has(sourceKey({ site, source }))) return [];
    return [{ site, siteName, area, source, goneAt, previews: [] }];
  });
  return { cameras: [...cameras, ...gone].sort(byPlace) };
}

function byPlace(one: CameraSummary, other: CameraSummary): number {
  const [first, second] = [one, other].map(({ siteName, site, area, source }) =>
    [siteName, site, area, source].join('\n'),
  );
  return (first ?? '').localeCompare(second ?? '');
}

/** Who may see some sources of a site sees the areas that they stand in. */
async function areasIn(query: Query, site: Site, scope: Scope): Promise<RegisteredArea[]> {
  const areas = named(await registeredAreas(query), site);
  if (scope.sources === undefined) return areas;
  const theirs = (await registeredSources(query)).filter(({ site: id, source }) => maySee(scope, id, source));
  const places = new Set(theirs.map(({ site: id, area }) => `${id}\n${area}`));
  return areas.filter(({ site: id, area }) => mayHaveWhole(scope, id) || places.has(`${id}\n${area}`));
}

/** Who may see some sources of a site sees the models that judge them, and when; of what else they judge nothing. */
async function modelsIn(query: Query, site: Site, scope: Scope): Promise<RegisteredModel[]> {
  const stored = await registeredModels(query, site.id, (source) => maySee(scope, site.id, source));
  const models = stored.map((model) => ({ site: site.id, siteName: site.name, ...model }));
  if (mayHaveWhole(scope, site.id)) return models;
  const theirs = models.flatMap((model) => {
    const [newest] = model.sources;
    if (newest === undefined) return [];
    const firstUsed = Math.min(...model.sources.map((one) => one.firstUsed));
    return [{ ...model, firstUsed, lastUsed: newest.lastUsed }];
  });
  return theirs.sort((one, other) => other.lastUsed - one.lastUsed);
}

/** An id of before has no name any more than its own. */
function named<Row extends { site: string }>(rows: readonly Row[], site: Site): (Row & { siteName: string })[] {
  return rows.map((row) => ({ ...row, siteName: row.site === site.id ? site.name : row.site }));
}

/** Of all sites in one; one whose database is down does not hide the others. */
async function joined<Row>(
  all: readonly Site[],
  scope: Scope,
  read: (query: Query, site: Site) => Promise<Row[]>,
): Promise<Registered<Row>> {
  const sites = all.filter(({ id }) => maySeeSite(scope, id));
  const answers = await Promise.allSettled(sites.map(async (site) => await read((await site.database()).query, site)));
  const failures = answers.flatMap((answer, n) => (answer.status === 'rejected' ? [{ answer, site: sites[n] }] : []));
  if (failures[0] !== undefined && failures.length === sites.length) throw failures[0].answer.reason;
  return {
    rows: answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])),
    unavailable: failures.map(({ site }) => site?.name ?? ''),
  };
}
