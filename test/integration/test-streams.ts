import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer as createWebServer, type RequestListener } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { DemoRelay, type DemoRelayOptions } from '../../scripts/demo/demo-relay.ts';
import { SiteClock } from '../../src/clock/site-clock.ts';
import { locateFfmpeg } from '../../src/media/ffmpeg-program.ts';
import { Child } from '../../src/process/child.ts';

/** A drawn picture and a tone as ffmpeg makes them, for ever. MJPEG over RTP needs sizes that 8 divides. */
export function drawn(size = '320x192'): string[] {
  return ['-re', '-f', 'lavfi', '-i', `testsrc=s=${size}:r=10`];
}
export const tone = ['-re', '-f', 'lavfi', '-i', 'sine=frequency=700:sample_rate=48000'];

/** Encoders for what cameras send, as arguments of ffmpeg. */
export const videoForms = {
  h264: ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '10', '-pix_fmt', 'yuv420p'],
  hevc: [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    'log-level=error:keyint=10:bframes=0',
    '-pix_fmt',
    'yuv420p',
  ],
  mjpeg: ['-c:v', 'mjpeg', '-huffman', 'default', '-pix_fmt', 'yuvj420p', '-force_duplicated_matrix', '1'],
} as const;
export const soundForms = {
  PCMU: ['-c:a', 'pcm_mulaw', '-ar', '8000', '-ac', '1'],
  PCMA: ['-c:a', 'pcm_alaw', '-ar', '8000', '-ac', '1'],
  'G.726': ['-c:a', 'g726', '-ar', '8000', '-ac', '1', '-b:a', '32k'],
  AAC: ['-c:a', 'aac', '-ar', '16000', '-ac', '1', '-b:a', '48k'],
  Opus: ['-c:a', 'libopus', '-ac', '1', '-b:a', '32k'],
  L16: ['-c:a', 'pcm_s16be', '-ar', '16000', '-ac', '1'],
} as const;

/** Runs ffmpeg in the background until it is stopped or the test ends. */
export async function runFfmpeg(t: TestContext, args: readonly string[]): Promise<Child> {
  const { path } = await locateFfmpeg();
  const child = new Child({ program: path, args: ['-loglevel', 'error', '-nostdin', ...args], clock: new SiteClock() });
  child.output(1).resume();
  child.output(2).resume();
  t.after(() => child.stop());
  return child;
}

/** Runs ffmpeg to its end. */
export async function makeWithFfmpeg(args: readonly string[]): Promise<void> {
  const { path } = await locateFfmpeg();
  await promisify(execFile)(path, ['-loglevel', 'error', '-nostdin', '-y', ...args]);
}

/** A relay that serves what `publish` sends to `/front`. */
export async function streamServer(t: TestContext, options: DemoRelayOptions = {}) {
  const relay = new DemoRelay(options);
  await relay.listen();
  t.after(() => relay.close());
  const url = relay.url('/front');
  const publish = async (...source: readonly string[]): Promise<Child> => {
    const child = await runFfmpeg(t, [...source, '-muxdelay', '0', '-f', 'rtsp', '-rtsp_transport', 'tcp', url]);
    await relay.published('/front');
    return child;
  };
  return { relay, url, publish };
}

/** A web server on this machine; its address without a slash at the end. */
export async function webServer(t: TestContext, answer: RequestListener): Promise<string> {
  const server = createWebServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A port that nobody uses now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/**
 * A port that shows every viewer a stream of its own: ffmpeg as a server takes one viewer and ends, so each one
 * gets another ffmpeg, and is kept waiting until that listens.
 */
export async function viewerServer(t: TestContext, show: (port: number) => readonly string[]): Promise<number> {
  const sockets = new Set<Socket>();
  let open = true;
  const serve = async (viewer: Socket): Promise<void> => {
    const port = await freePort();
    const child = await runFfmpeg(t, show(port));
    viewer.once('close', () => void child.stop());
    let camera: Socket | undefined;
    while (camera === undefined && open && !viewer.destroyed) camera = await connected(port);
    if (camera === undefined) return;
    sockets.add(camera);
    camera.on('error', () => viewer.destroy()).on('close', () => viewer.destroy());
    viewer.on('close', () => camera.destroy());
    viewer.pipe(camera).pipe(viewer);
  };
  const server = createServer((viewer) => {
    sockets.add(viewer.on('error', () => undefined));
    void serve(viewer);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    open = false;
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A connection to a port of this machine, undefined and a moment later where nobody listens. */
async function connected(port: number): Promise<Socket | undefined> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    await sleep(50);
    return undefined;
  }
}
