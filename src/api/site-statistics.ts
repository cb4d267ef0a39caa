import type { ReviewState } from '../contracts/api.ts';
import { mostTallies, type IncidentStatistics, type StatisticsQuery, type Tally } from '../contracts/statistics.ts';
import type { StatisticsRequest, StoredStatistics } from '../evidence/statistics.ts';
import type { Site } from '../site/site.ts';

type Group = StoredStatistics['groups'][number];

/** What all Sites tell of a span, in one. @throws what the first of them threw, when none can be read */
export async function siteStatistics(sites: readonly Site[], asked: StatisticsRequest): Promise<IncidentStatistics> {
  const answers = await Promise.allSettled(sites.map(async (site) => (await site.evidence()).statistics(asked)));
  const failures = answers.flatMap((answer, n) => (answer.status === 'rejected' ? [{ answer, site: sites[n] }] : []));
  if (failures[0] !== undefined && failures.length === sites.length) throw failures[0].answer.reason;
  const unavailable = failures.map(({ site }) => site?.name ?? '');
  const read = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []));
  return { ...summedUp(read, asked), ...(unavailable.length === 0 ? {} : { unavailable }) };
}

/** Adds up what several Sites counted. */
export function summedUp(read: readonly StoredStatistics[], { from, to }: StatisticsQuery): IncidentStatistics {
  const groups = read.flatMap((one) => one.groups);
  const slots = new Map<number, number[]>();
  for (const { at, severity, count } of read.flatMap((one) => one.slots)) {
    const counts = slots.get(at) ?? [0, 0, 0, 0];
    counts[severity] = (counts[severity] ?? 0) + count;
    slots.set(at, counts);
  }
  const all = tallyOf('', groups);
  const responses = read.flatMap((one) => one.responses).sort((a, b) => a - b);
  const [median, slow] = [0.5, 0.9].map((share) => responses[Math.ceil(share * responses.length) - 1]);
  return {
    ...{ from, to, total: all.count },
    slots: [...slots].sort(([a], [b]) => a - b).map(([at, counts]) => ({ at, counts })),
    reasons: tallies(groups, ({ reason }) => reason).map(([{ label }, tally]) => ({ ...tally, label })),
    sources: tallies(groups, ({ site, source }) => `${site}/${source}`).map(([{ site, source }, tally]) => ({
      ...{ ...tally, name: source, site },
    })),
    reviews: {
      reviewed: sumOf(groups.filter(({ state }) => state !== 'pending')),
      ...{ confirmed: all.confirmed, falseAlarms: all.falseAlarms },
      ...(median === undefined ? {} : { medianResponseMs: median }),
      ...(slow === undefined ? {} : { slowResponseMs: slow }),
    },
  };
}

/** Most frequent first, each with one of its groups. */
function tallies(groups: readonly Group[], nameOf: (group: Group) => string): [Group, Tally][] {
  return [...Map.groupBy(groups, nameOf)]
    .flatMap(([name, same]): [Group, Tally][] => (same[0] === undefined ? [] : [[same[0], tallyOf(name, same)]]))
    .sort(([, a], [, b]) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, mostTallies);
}

function tallyOf(name: string, groups: readonly Group[]): Tally {
  const inState = (...states: ReviewState[]): number => {
    return sumOf(groups.filter(({ state }) => (states as string[]).includes(state)));
  };
  return {
    name,
    count: sumOf(groups),
    confirmed: inState('confirmed'),
    falseAlarms: inState('false-positive', 'dismissed'),
  };
}

function sumOf(groups: readonly Group[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}
