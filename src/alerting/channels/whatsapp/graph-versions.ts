/**
 * The last day of each version of the Graph API, https://developers.facebook.com/docs/graph-api/changelog/versions/.
 * Calls to a version that is over are answered by the next one, whose meaning may differ.
 */
const lastDays: Readonly<Record<string, string>> = {
  'v20.0': '2026-09-24',
  'v21.0': '2027-01-21',
  'v22.0': '2027-05-20',
  'v23.0': '2027-10-08',
  'v24.0': '2028-02-18',
  'v25.0': '2028-07-29',
};
const oldestListed = 20;

/** When a version ends, in epoch milliseconds; undefined while no date is known. */
export function graphVersionEnd(version: string): number | undefined {
  const major = Number(/^v(\d+)\./.exec(version)?.[1]);
  if (major < oldestListed) return 0;
  const day = lastDays[version];
  return day === undefined ? undefined : Date.parse(day);
}

const soonMs = 90 * 24 * 3_600_000;

/** That a version ends within 90 days, or is over; undefined while it is neither. */
export function graphVersionWarning(version: string, now: number): { says: string; isOver: boolean } | undefined {
  const end = graphVersionEnd(version);
  if (end === undefined || end - now > soonMs) return undefined;
  if (end <= now) return { says: `Graph ${version} is over: another version answers in its place.`, isOver: true };
  return { says: `Graph ${version} ends on ${new Date(end).toISOString().slice(0, 10)}.`, isOver: false };
}
