import { fuzzApi } from '../unit/api/fuzz-run.ts';

/** Thousands of odd requests, some hundred to a server, each with a seed of its own. */
export async function fuzzApiForLong(times: number): Promise<{ passed: boolean; result: object }> {
  const statuses: Record<string, number> = {};
  let unanswered = 0;
  let finding = '';
  for (let done = 0; done < times && finding === ''; done += 500) {
    const ends: (() => unknown)[] = [];
    const after = (end?: unknown): void => {
      if (typeof end === 'function') ends.push(end as () => unknown);
    };
    try {
      const some = await fuzzApi({ after }, Math.min(500, times - done), done + 1);
      for (const [status, count] of Object.entries(some.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
      unanswered += some.unanswered;
      for (const end of ends) await end();
    } catch (error) {
      finding = String(error);
      console.error(finding);
    }
    console.error(`${done} of ${times}`);
  }
  return { passed: finding === '', result: { requests: times, statuses, unanswered, finding } };
}
