import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDemoStream } from '../../scripts/demo/demo-stream.ts';
import { makeClip } from '../../scripts/demo/make-clip.ts';
import { watchOnsets } from '../../scripts/demo/onset-watch.ts';
import type { Scenario } from '../../scripts/demo/scenario.ts';
import { startSandbox } from '../../scripts/demo/whatsapp-sandbox.ts';
import type { AudioScores, Incident } from '../../src/contracts/messages.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';

const events = 20;
const scenario: Scenario = { duration: 12.8, visits: [{ enters: 0.3, leaves: 7.3 }], panes: [4.5] };
const streamPath = '/bench';
const token = 'bench-token';
const phoneNumberId = '100000000000001';
const demoFlow = join(import.meta.dirname, '..', '..', 'flows', 'demo.json');

/**
 * 20 panes break in a live stream while a person is in view. Measured: from the arrival of the RTP packet with the
 * first sample of the breaking pane at the relay to the WhatsApp text request at the sandbox.
 */
export default async function pipeline(): Promise<Record<string, unknown>> {
  const folder = mkdtempSync(join(tmpdir(), 'sentinel-bench-'));
  const clip = join(folder, 'clip.mp4');
  console.error('drawing the clip');
  await makeClip(scenario, clip, (await locateFfmpeg()).path);
  const stream = await startDemoStream(clip, streamPath);
  const onsets: number[] = [];
  watchOnsets(stream.relay, streamPath, scenario, ({ arrivedAt }) => onsets.push(arrivedAt));
  const sandbox = await startSandbox({ port: 0, token, phoneNumberId });
  const host = await NodeRedHost.start({ ECHOSIGHT_SOURCE_1: stream.url, ECHOSIGHT_SANDBOX_URL: sandbox.url });
  try {
    await host.deploy(benchFlow());
    const skipped = await warmUp(host, onsets);
    const wanted = skipped + events;
    while (onsets.length < wanted) {
      await sleep(500);
      console.error(`${onsets.length - skipped} of ${events} panes, ${sandbox.messages.length} messages`);
    }
    await sleep(5000);
    const texts = sandbox.messages.filter((message) => message.type === 'text').map((message) => message.receivedAt);
    return measure(onsets.slice(skipped, wanted), texts, host);
  } finally {
    await host.stop();
    await sandbox.close();
    await stream.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Models load and the stream connects before anything is measured. @returns how many panes broke meanwhile. */
async function warmUp(host: NodeRedHost, onsets: readonly number[]): Promise<number> {
  await host.waitFor('incident', ({ payload }) => (payload as Incident).severity === 3, 90_000);
  return onsets.length;
}

function measure(onsets: number[], texts: number[], host: NodeRedHost): Record<string, unknown> {
  const heard = host.seen
    .filter(({ probe: name, message }) => name === 'sound' && triggered(message.payload as AudioScores))
    .map(({ at }) => at);
  const judged = host.seen
    .filter(({ probe: name, message }) => name === 'incident' && (message.payload as Incident).severity === 3)
    .map(({ at }) => at);
  const stages: Record<'onset_to_heard_ms' | 'heard_to_incident_ms' | 'incident_to_request_ms', number[]> = {
    onset_to_heard_ms: [],
    heard_to_incident_ms: [],
    incident_to_request_ms: [],
  };
  const totals: number[] = [];
  onsets.forEach((onset, index) => {
    const until = onsets[index + 1] ?? onset + scenario.duration * 1000;
    const first = (times: number[]): number | undefined => times.find((time) => time >= onset && time < until);
    const [sound, incident, request] = [first(heard), first(judged), first(texts)];
    if (sound === undefined || incident === undefined || request === undefined) return;
    totals.push(request - onset);
    stages.onset_to_heard_ms.push(sound - onset);
    stages.heard_to_incident_ms.push(incident - sound);
    stages.incident_to_request_ms.push(request - incident);
  });
  const medians = Object.fromEntries(Object.entries(stages).map(([name, times]) => [name, percentile(times, 0.5)]));
  return {
    events: onsets.length,
    delivered: totals.length,
    p50_ms: percentile(totals, 0.5),
    p95_ms: percentile(totals, 0.95),
    max_ms: percentile(totals, 1),
    stages: medians,
  };
}

function triggered(scores: AudioScores): boolean {
  return scores.triggered.includes('glass_break');
}

function percentile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN);
}

/** The demo flow with short pauses, so that every pane is an alert of its own, and probes at its joints. */
function benchFlow(): FlowNode[] {
  const flow = (JSON.parse(readFileSync(demoFlow, 'utf8')) as FlowNode[]).filter((node) => node.type !== 'tab');
  const tap: Record<string, string> = { 'audio-classify': 'probe-sound', 'fuse-severity': 'probe-incident' };
  const settings: Record<string, object> = {
    'fuse-severity': { quietSeconds: 3 },
    'whatsapp-out': { cooldownSeconds: 0 },
    'sentinel-whatsapp-account': { credentials: { accessToken: token } },
  };
  const nodes = flow.map((node) => {
    const set = { ...node, ...settings[node.type] };
    const probed = tap[node.type];
    return probed === undefined ? set : { ...set, wires: [[...(node.wires?.[0] ?? []), probed]] };
  });
  return [...nodes, probe('sound'), probe('incident')];
}
