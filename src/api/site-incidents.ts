import type { Scope } from '../contracts/access.ts';
import { pageLimits, type IncidentPage, type IncidentSummary } from '../contracts/api.ts';
import type { ListRequest, StoredSummary } from '../evidence/incident-list.ts';
import { isFoundIn } from '../evidence/incident-words.ts';
import { watchIncidents } from '../site/registry.ts';
import type { Site } from '../site/site.ts';
import { scopedIncident } from './access/scoped-incident.ts';
import { cursorOf } from './cursor.ts';
import type { IncidentHost } from './incident-answers.ts';
import type { Change } from './live/incident-feed.ts';

/** The incidents of all Sites that are open, as one list. */
export function siteIncidents(sites: () => readonly Site[]): Omit<IncidentHost, 'note'> {
  return {
    incidents: (request, scope) => pageOf(sites(), request, scope),
    incident: (id, scope) => firstFound(sites(), (site) => incidentIn(site, id, scope)),
    course: (id, scope) =>
      firstFound(sites(), async (site) =>
        (await incidentIn(site, id, scope)) === undefined ? undefined : await site.course(id),
      ),
    review: (id, request, by) =>
      firstFound(sites(), async (site) => {
        // Who may see everything is spared the look at the whole incident.
        const isTheirs = by.sources === undefined || (await incidentIn(site, id, by)) !== undefined;
        return isTheirs ? await site.review(id, request, by.name) : undefined;
      }),
  };
}

/** Tells of every stored change of an incident of any Site. */
export function watchSiteIncidents(listener: (change: Change) => void): () => void {
  return watchIncidents(({ site, id }) => {
    listener({
      key: `${site.folder}\n${id}`,
      load: async () => {
        const incident = named(site, await (await site.evidence()).summary(id, 'listed'));
        return incident && { type: 'incident', incident };
      },
    });
  });
}

/**
 * The first Site that has an answer. One whose database is down must not hide the others; only when nobody has an answer is
 * its failure told.
 */
export async function firstFound<T>(
  sites: readonly Site[],
  ask: (site: Site) => Promise<T | undefined>,
): Promise<T | undefined> {
  const answers = await Promise.allSettled(sites.map(ask));
  const found = answers.find((answer) => answer.status === 'fulfilled' && answer.value !== undefined);
  if (found?.status === 'fulfilled') return found.value;
  const failed = answers.find((answer) => answer.status === 'rejected');
  if (failed !== undefined) throw failed.reason;
  return undefined;
}

async function incidentIn(site: Site, id: string, scope: Scope): Promise<IncidentSummary | undefined> {
  const stored = named(site, await (await site.evidence()).summary(id, 'whole'));
  return stored && scopedIncident(scope, stored);
}

async function pageOf(sites: readonly Site[], request: ListRequest, scope: Scope): Promise<IncidentPage> {
  const { sources } = scope;
  const { source, text } = request;
  // The index finds incidents by what is not theirs, too: many are looked at, so that a next page tells nothing of those.
  const isSifted = sources !== undefined && (source !== undefined || text !== undefined);
  const most = isSifted ? pageLimits.most : request.limit;
  // One more than asked says whether there is a next page.
  const asked = { ...request, limit: most + 1, ...(sources === undefined ? {} : { scope: sources }) };
  const answers = await Promise.allSettled(
    sites.map(async (site) => {
      const stored = await (await site.evidence()).list(asked);
      return stored.map((summary) => withName(site, summary));
    }),
  );
  const failures = answers.flatMap((answer, n) => (answer.status === 'rejected' ? [{ answer, site: sites[n] }] : []));
  if (failures[0] !== undefined && failures.length === sites.length) throw failures[0].answer.reason;
  const all = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : [])).sort(newestFirst);
  // The database has chosen by whole lists of sources; a summary may hold fewer of them.
  const theirs = all
    .slice(0, most)
    .flatMap((incident) => scopedIncident(scope, incident) ?? [])
    .filter((incident) => !isSifted || showsWhatIsAsked(incident, request));
  const incidents = theirs.slice(0, request.limit);
  const last = theirs.length > request.limit ? incidents.at(-1) : all.length > most ? all[most - 1] : undefined;
  return {
    incidents,
    ...(last === undefined ? {} : { next: cursorOf(last) }),
    ...(failures.length === 0 ? {} : { unavailable: failures.map(({ site }) => site?.name ?? '') }),
  };
}

/** Whether what somebody may see of an incident is what they looked for. */
function showsWhatIsAsked(incident: IncidentSummary, { source, text }: ListRequest): boolean {
  const { label, reason, area, areas = [], source: first, sources, explanation } = incident;
  if (source !== undefined && ![first, ...sources].includes(source)) return false;
  if (text === undefined) return true;
  return isFoundIn([label, reason, area, ...areas, first, ...sources, ...explanation].join(' '), text);
}

/** As the database sorts: by time, then by the bytes of the id. */
function newestFirst(a: IncidentSummary, b: IncidentSummary): number {
  return b.startedAt - a.startedAt || Buffer.compare(Buffer.from(b.id), Buffer.from(a.id));
}

function named(site: Site, summary: StoredSummary | undefined): IncidentSummary | undefined {
  return summary && withName(site, summary);
}

function withName(site: Site, summary: StoredSummary): IncidentSummary {
  return { ...summary, siteName: site.name };
}
