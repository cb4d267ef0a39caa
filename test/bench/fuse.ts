import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { VirtualClock } from '../../src/clock/virtual-clock.ts';
import { defaultRules } from '../../src/contracts/configs.ts';
import type { Incident } from '../../src/contracts/messages.ts';
import { FusionEngine, type FusionInput } from '../../src/fusion/engine.ts';
import { audioScores, cue, detections, streamStatus } from '../unit/fusion/bench-area.ts';
import { percentile, rounded } from './process-cost.ts';

const areas = 8;
const rounds = 8;
const minutes = 10;
const startAt = Date.UTC(2026, 0, 1, 12);

/**
 * Eight areas, each with two cameras at 5 pictures a second and two microphones with a window every 0.48 s; somebody is in
 * view for a tenth of the time, now and then something breaks or somebody screams, and cameras come and go. Ten such
 * minutes are played several times, each round later than the one before, through the engine with its default rules, and
 * through a bare table that knows the last label of each area and explains nothing. Rates are by CPU time: what else runs on
 * the machine does not count.
 */
export default function fuse(): Promise<Record<string, unknown>> {
  const signals = recording();
  const count = { incidents: 0, messages: 0 };
  const clock = new VirtualClock(startAt);
  const options = { site: 'bench', rules: defaultRules, correlationSeconds: 3, quietSeconds: 30, clock };
  let ids = 0;
  const engine = new FusionEngine({ ...options, newId: () => `incident-${++ids}` }, ({ phase }: Incident) => {
    count.messages += 1;
    if (phase === 'start') count.incidents += 1;
  });
  const through = (signal: FusionInput): void => {
    clock.moveTo(signal.capturedAt);
    engine.accept(signal);
  };
  const engineRates: number[] = [];
  const bareRates: number[] = [];
  const bare = bareTable();
  // The first round of each warms up.
  for (let round = 0; round <= rounds; round += 1) {
    const [a, b] = [rateOf(signals, round, through), rateOf(signals, round + rounds + 1, bare.accept)];
    if (round === 0) continue;
    engineRates.push(a);
    bareRates.push(b);
    console.error(`round ${round}: ${Math.round(a)} signals a second of CPU; bare ${Math.round(b)}`);
  }
  engine.close();
  return Promise.resolve({
    signals_per_s: rounded(percentile(engineRates, 0.5)),
    rss_mb: rounded(process.memoryUsage().rss / 2 ** 20),
    signals: signals.length * rounds,
    slowest_round_per_s: rounded(Math.min(...engineRates)),
    ...count,
    bare_signals_per_s: rounded(percentile(bareRates, 0.5)),
    bare_alerts: bare.alerts(),
  });
}

function rateOf(signals: readonly FusionInput[], round: number, accept: (signal: FusionInput) => void): number {
  const later = round * minutes * 60_000 - ((signals[0]?.capturedAt ?? startAt) - startAt);
  for (const signal of signals) signal.capturedAt += later;
  const begun = process.cpuUsage();
  for (const signal of signals) accept(signal);
  const { user, system } = process.cpuUsage(begun);
  return (signals.length / (user + system)) * 1e6;
}

function recording(): FusionInput[] {
  const random = seededRandom(7);
  const signals: FusionInput[] = [];
  for (let area = 0; area < areas; area += 1) {
    for (const number of [1, 2]) {
      const where = { area: `area-${area}`, source: `cam-${area}-${number}` };
      for (let at = 0; at < minutes * 60_000; at += 200) {
        // Once a minute somebody is there for six seconds.
        const isThere = (at + area * 7000) % 60_000 < 6000;
        const objects = isThere ? { person: 0.5 + random() / 2, ...(random() < 0.1 ? { dog: 0.6 } : {}) } : {};
        const capturedAt = startAt + at + Math.floor(random() * 50);
        signals.push(detections(objects, { ...where, capturedAt }));
        if (isThere && at % 3000 === 0) signals.push(cue('loiter', 1, { ...where, capturedAt }));
      }
      if (random() < 0.3) {
        signals.push(streamStatus('stalled', { ...where, capturedAt: startAt + 120_000 }));
        signals.push(streamStatus('connected', { ...where, capturedAt: startAt + 210_000 }));
      }
      for (let at = 0; at < minutes * 60_000; at += 480) {
        const name = ['scream', 'glass_break', 'gunshot', 'car_horn'][Math.floor(random() * 4)] ?? 'scream';
        const heard = random() < 0.003 ? { [name]: 0.6 + random() * 0.4 } : {};
        signals.push(audioScores(heard, { ...where, source: `mic-${area}-${number}`, capturedAt: startAt + at }));
      }
    }
  }
  return signals.sort((a, b) => a.capturedAt - b.capturedAt);
}

/** What the least imaginable fusion costs: who was there and what was heard within three seconds, by area. */
function bareTable(): { accept: (signal: FusionInput) => void; alerts: () => number } {
  const person = new Map<string, number>();
  const toldAt = new Map<string, number>();
  let alerts = 0;
  const accept = (signal: FusionInput): void => {
    const { area, capturedAt } = signal;
    if (signal.kind === 'detections') {
      if (signal.objects.some(({ label }) => label === 'person')) person.set(area, capturedAt);
      return;
    }
    if (signal.kind !== 'audio-scores' || signal.triggered.length === 0) return;
    if (capturedAt - (person.get(area) ?? 0) > 3000 || capturedAt - (toldAt.get(area) ?? 0) < 30_000) return;
    toldAt.set(area, capturedAt);
    alerts += 1;
  };
  return { accept, alerts: () => alerts };
}
