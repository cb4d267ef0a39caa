import { Agent, request as httpRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { IncidentPage, LiveTicket } from '../../src/contracts/api.ts';
import { NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';
import { percentile, rounded } from './process-cost.ts';

const cameras = 4;
const clients = 200;
const requestsPerSecond = 300;
const seconds = Number(process.env.BENCH_API_SECONDS ?? 60);
const firstIncidentMs = 180_000;

/**
 * 200 pages listen and write one small message a second each, and 300 mixed reads a second come in, whether the ones before were
 * answered or not, while four cameras are looked at. Measured: from when a read was due to the end of its answer.
 */
export default async function api(): Promise<Record<string, unknown>> {
  const host = await NodeRedHost.start({ TEST_WATCH_LOOP: '1' });
  const base = `${host.url}/echosight`;
  const sockets: WebSocket[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  try {
    await host.deploy(flow());
    console.error('waiting for an incident');
    const incidents = await firstIncidents(base);
    const paths = mixedReads(incidents);
    console.error(`${clients} WebSockets`);
    const heard = { messages: 0, closed: 0 };
    for (let n = 0; n < clients; n++) sockets.push(await listen(base, heard));
    console.error(`${requestsPerSecond} reads a second for ${seconds} s`);
    host.send('watch-loop');
    const reads = await load(base, paths, { sockets, agent });
    host.seen.length = 0;
    host.send('report-loop');
    const { payload } = await host.waitFor('loop', () => true);
    const { p99Ms } = payload as { p99Ms: number };
    return {
      ...{ ws_clients: clients - heard.closed, rps: rounded(reads.times.length / reads.seconds) },
      p50_ms: rounded(percentile(reads.times, 0.5), 1),
      p95_ms: rounded(percentile(reads.times, 0.95), 1),
      ...{ errors: reads.errors + heard.closed, loop_p99_ms: rounded(p99Ms, 1) },
      ...{ requests: reads.times.length, ws_messages: heard.messages, cameras, seconds },
    };
  } finally {
    for (const socket of sockets) socket.terminate();
    agent.destroy();
    await host.stop();
  }
}

/** Cameras that play the intruder over and over, looked at, judged and kept. */
function flow(): FlowNode[] {
  const each = Array.from({ length: cameras }, (_, n): FlowNode[] => [
    { id: `config-${n}`, type: 'sentinel-camera', name: `camera-${n}`, area: `area-${n}`, address: 'sample:intruder' },
    { id: `in-${n}`, type: 'rtsp-in', camera: `config-${n}`, wires: [['detect'], [], ['fuse'], []] },
  ]).flat();
  return [
    ...each,
    { id: 'detect', type: 'detectron-infer', wires: [['fuse'], []] },
    { id: 'fuse', type: 'fuse-severity', quietSeconds: 3, wires: [['store'], []] },
    { id: 'store', type: 'evidence-store', wires: [[], []] },
  ];
}

async function firstIncidents(base: string): Promise<IncidentPage['incidents']> {
  const until = performance.now() + firstIncidentMs;
  while (performance.now() < until) {
    const page = (await (await fetch(`${base}/api/v1/incidents`)).json()) as IncidentPage;
    if (page.incidents.some(({ evidence }) => evidence.length > 0)) return page.incidents;
    await sleep(500);
  }
  throw new Error('No camera made an incident.');
}

/** What pages and programs read, about as often as they do. */
function mixedReads(incidents: IncidentPage['incidents']): string[] {
  const shown = incidents.find(({ evidence }) => evidence.length > 0);
  const id = encodeURIComponent(shown?.id ?? '');
  const thumbnail = shown?.evidence.find(({ type }) => type === 'thumbnail') ?? shown?.evidence[0];
  return [
    '/api/v1/incidents',
    '/api/v1/incidents?minimumSeverity=1&site=home&state=unreviewed',
    '/api/v1/incidents?area=area-1&limit=20',
    `/api/v1/incidents/${id}`,
    `/api/v1/incidents/${id}/signals`,
    `/api/v1/evidence/${thumbnail?.id ?? ''}`,
    `/api/v1/evidence/${thumbnail?.id ?? ''}`,
    '/api/v1/cameras',
    '/api/v1/health',
    '/api/v1/site/arming',
    '/api/v1/events/pending',
    '/alerts?severity=1',
  ];
}

async function listen(base: string, heard: { messages: number; closed: number }): Promise<WebSocket> {
  const answer = await fetch(`${base}/api/v1/live/tickets`, { method: 'POST' });
  const { ticket } = (await answer.json()) as LiveTicket;
  const socket = new WebSocket(`${base.replace('http', 'ws')}/api/v1/live?ticket=${ticket}`);
  socket.on('message', () => (heard.messages += 1));
  socket.once('close', () => (heard.closed += 1));
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  return socket;
}

async function load(
  base: string,
  paths: readonly string[],
  { sockets, agent }: { sockets: WebSocket[]; agent: Agent },
) {
  const times: number[] = [];
  const pending = new Set<Promise<void>>();
  let errors = 0;
  const begun = performance.now();
  const total = seconds * requestsPerSecond;
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) / 1000) * requestsPerSecond));
    for (; sent < due; sent++) {
      const at = begun + (sent / requestsPerSecond) * 1000;
      const path = paths[sent % paths.length] ?? '';
      const one = read(`${base}${path}`, agent).then((status) => {
        times.push(performance.now() - at);
        if (status !== 200) errors += 1;
      });
      pending.add(one);
      void one.finally(() => pending.delete(one));
      // Each page once a second, spread over it.
      if (sent % requestsPerSecond < sockets.length) sockets[sent % requestsPerSecond]?.send('here');
    }
    await sleep(2);
  }
  await Promise.all(pending);
  return { times, errors, seconds: (performance.now() - begun) / 1000 };
}

/** @returns the status once the whole answer is there; 0 without one. */
function read(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const outgoing = httpRequest(url, { agent }, (response) => {
      response.resume();
      response.once('close', () => {
        resolve(response.complete ? (response.statusCode ?? 0) : 0);
      });
    });
    outgoing.once('error', () => {
      resolve(0);
    });
    outgoing.end();
  });
}
