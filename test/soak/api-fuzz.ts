import { fuzzApi } from '../unit/api/fuzz-run.ts';

const perServer = 500;
/** Memory grows until code, compiled schemas and the pools of threads are there: the first servers are not counted. */
const warmUp = 2000;
/** An export that nobody fetches waits for a minute, and keeps the server that made it: before that no server of a run is gone. */
const keptMs = 75_000;

/** What thousands of odd requests did. */
interface FuzzReport {
  requests: number;
  /** Of the first hundreds; each server after it has the next one. */
  seed: number;
  statuses: Record<string, number>;
  /** Answers that are a fault of ours: every 5xx but the refusals 501 and 503. */
  faults_5xx: number;
  /** Requests whose connection stayed open without an answer. */
  hung: number;
  /** Requests that the HTTP parser of Node.js refused, or the client would not send. */
  unanswered: number;
  rss_growth_mb: number;
  /** The first thing that was wrong. */
  finding: string;
}

/** Thousands of odd requests, some hundred to a server, each with a seed of its own. */
export async function fuzzApiForLong(times: number, seed: number): Promise<{ passed: boolean; result: FuzzReport }> {
  const statuses: Record<string, number> = {};
  const counts = { unanswered: 0, hung: 0, faults_5xx: 0 };
  let finding = '';
  let begun = 0;
  const start = performance.now();
  for (let done = 0; done < times && finding === ''; done += perServer) {
    const ends: (() => unknown)[] = [];
    const after = (end?: unknown): void => {
      if (typeof end === 'function') ends.push(end as () => unknown);
    };
    try {
      const some = await fuzzApi({ after }, Math.min(perServer, times - done), seed + done / perServer);
      for (const [status, count] of Object.entries(some.statuses)) statuses[status] = (statuses[status] ?? 0) + count;
      counts.unanswered += some.unanswered;
      counts.hung += some.hung;
      for (const end of ends) await end();
    } catch (error) {
      finding = String(error);
      if (/^AssertionError.*: 5\d\d for/.test(finding)) counts.faults_5xx += 1;
      console.error(finding);
    }
    if (done < warmUp || performance.now() - start < keptMs) begun = process.memoryUsage.rss();
    console.error(`${done} of ${times}`);
  }
  const growth = Math.round((process.memoryUsage.rss() - begun) / 1e6);
  const result = { requests: times, seed, statuses, ...counts, rss_growth_mb: growth, finding };
  return { passed: finding === '' && counts.hung === 0 && growth <= 200, result };
}
