import { readdirSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../scripts/demo/seeded-random.ts';
import { percentile, rounded } from './process-cost.ts';

/*
 * Users of the sound routes, as a process of its own: `predict-load.ts PORT FOLDER mix|predict SECONDS`. Each has one
 * connection and asks again as soon as it is answered. FOLDER holds the WAV files. Prints one line of JSON.
 */
const users = 100;
const usersPerSecond = 10;
const prefix = '/echosight/api/v1/sound';
const boundary = 'predict-load-1f6b';

interface Answered {
  route: string;
  at: number;
  ms: number;
  ok: boolean;
}

const [port = '', folder = '', kind = '', seconds = ''] = process.argv.slice(2);
const uploads = readdirSync(folder)
  .sort()
  .map((file) => uploadOf(readFileSync(join(folder, file)), file));
const asked = { '/health': get('/health'), '/model/status': get('/model/status') };
const random = seededRandom(2026);
const answers: Answered[] = [];
const faults = new Map<string, number>();

const began = performance.now();
const measuredFrom = began + (users / usersPerSecond) * 1000;
const until = measuredFrom + Number(seconds) * 1000;
await Promise.all(Array.from({ length: users }, (_, user) => live(user)));
console.log(JSON.stringify(report()));

async function live(user: number): Promise<void> {
  await sleep((user * 1000) / usersPerSecond);
  let socket = connected();
  while (performance.now() < until) {
    const [route, request] = next();
    const sent = performance.now();
    const status = await socket.ask(request).catch((error: unknown) => {
      socket = connected();
      return error instanceof Error ? error.message : String(error);
    });
    const now = performance.now();
    const ok = status === 200;
    if (!ok) faults.set(`${route} ${status}`, (faults.get(`${route} ${status}`) ?? 0) + 1);
    answers.push({ route, at: now, ms: now - sent, ok });
  }
  socket.end();
}

/** In equal thirds, by a seeded draw. */
function next(): [string, Buffer] {
  const draw = kind === 'mix' ? random() * 3 : 0;
  if (draw < 1) return ['/predict', uploads[Math.floor(random() * uploads.length)] ?? Buffer.alloc(0)];
  const route = draw < 2 ? '/health' : '/model/status';
  return [route, asked[route]];
}

function get(route: string): Buffer {
  return Buffer.from(`GET ${prefix}${route} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
}

function uploadOf(wav: Buffer, name: string): Buffer {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: audio/wav\r\n\r\n`;
  const body = Buffer.concat([Buffer.from(head), wav, Buffer.from(`\r\n--${boundary}--\r\n`)]);
  const type = `Content-Type: multipart/form-data; boundary=${boundary}`;
  const lines = [`POST ${prefix}/predict HTTP/1.1`, `Host: 127.0.0.1:${port}`, type, `Content-Length: ${body.length}`];
  return Buffer.concat([Buffer.from([...lines, '', ''].join('\r\n')), body]);
}

/** One connection that is kept; a library for this would take more of the machine than what is measured. */
function connected(): { ask: (request: Buffer) => Promise<number>; end: () => void } {
  const socket = connect(Number(port), '127.0.0.1').setNoDelay();
  let waiting: { resolve: (status: number) => void; reject: (error: Error) => void } | undefined;
  let heard = '';
  const fail = (error: Error): void => {
    waiting?.reject(error);
    waiting = undefined;
    socket.destroy();
  };
  socket.on('error', fail);
  socket.on('close', () => {
    fail(new Error('the connection was closed'));
  });
  socket.setEncoding('latin1').on('data', (text: string) => {
    heard += text;
    const end = heard.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(heard)?.[1] ?? NaN);
    if (Number.isNaN(length)) fail(new Error('an answer does not say its length'));
    if (heard.length < end + 4 + length) return;
    const status = Number(heard.slice(9, 12));
    heard = '';
    waiting?.resolve(status);
    waiting = undefined;
  });
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        socket.write(request);
      }),
    end: () => {
      socket.destroy();
    },
  };
}

function report(): Record<string, unknown> {
  const measured = answers.filter(({ at }) => at >= measuredFrom && at <= until);
  const routes = [...new Set(measured.map(({ route }) => route))].sort();
  return {
    ...figures(measured),
    // Those of the ramp, too.
    errors: answers.filter(({ ok }) => !ok).length,
    faults: Object.fromEntries(faults),
    routes: Object.fromEntries(routes.map((name) => [name, figures(measured.filter(({ route }) => route === name))])),
  };
}

function figures(of: readonly Answered[]): Record<string, number> {
  const times = of.map(({ ms }) => ms);
  return {
    rps: rounded(of.length / Number(seconds), 1),
    avg_ms: rounded(times.reduce((sum, ms) => sum + ms, 0) / Math.max(1, times.length), 1),
    p50_ms: rounded(percentile(times, 0.5), 1),
    p95_ms: rounded(percentile(times, 0.95), 1),
    error_rate: rounded(of.filter(({ ok }) => !ok).length / Math.max(1, of.length), 5),
  };
}
