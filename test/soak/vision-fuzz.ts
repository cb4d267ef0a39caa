import { fuzzVision } from '../unit/vision/fuzz/fuzz-vision.ts';

/** Another one than the tests have. */
const seed = 7;
/** A single mutation that takes longer hangs: twenty times the slowest that was ever seen. */
const hangMs = 60_000;
/** What a process with one picture of 36 megapixels at a time may take, in MB. */
const mostMemory = 700;

/** Thousands of changed models, pictures and outputs of models. */
export async function fuzzForLong(times: number): Promise<{ passed: boolean; result: object }> {
  const results = await fuzzVision({
    seed,
    counts: { models: times, pictures: times, outputs: times },
    hangMs,
    perProcess: 5000,
    onProgress: (kind, done) => {
      console.error(`${kind}: ${done} of ${times}`);
    },
  });
  const all = [...results.values()];
  const sum = (of: (result: (typeof all)[number]) => number): number => all.reduce((so, one) => so + of(one), 0);
  const findings = all.flatMap((one) => one.findings);
  const crashes = all.flatMap((one) => one.crashes);
  for (const finding of [...findings, ...crashes]) console.error(finding);
  for (const [kind, { slowest, slowestMs }] of results)
    console.error(`slowest of ${kind}: ${slowestMs} ms: ${slowest}`);
  const highest = Math.max(...all.map((one) => one.highest));
  return {
    passed: findings.length + crashes.length === 0 && highest <= mostMemory,
    result: {
      model_mutations: times,
      picture_mutations: times,
      output_mutations: times,
      refused: sum(({ refused }) => refused),
      accepted: sum(({ accepted }) => accepted),
      unnamed_errors: findings.length,
      crashes: crashes.length,
      slowest_ms: Math.round(Math.max(...all.map(({ slowestMs }) => slowestMs))),
      rss_growth_mb: Math.max(...all.map(({ growth }) => growth)),
      highest_rss_mb: highest,
    },
  };
}
