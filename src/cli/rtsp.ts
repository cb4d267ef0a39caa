import { stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { SiteClock } from '../clock/site-clock.ts';
import { SentinelError } from '../contracts/errors.ts';
import { fileInput, inputCommand, type FfmpegCommand } from '../media/ffmpeg-arguments.ts';
import { locateFfmpeg, type FfmpegProgram } from '../media/ffmpeg-program.ts';
import type { Credentials } from '../media/rtsp/authorization.ts';
import { Publisher } from '../media/rtsp-server/publisher.ts';
import { RtspRelay } from '../media/rtsp-server/relay.ts';
import { parseSourceAddress } from '../network/address.ts';
import type { Command, OptionValues, Terminal } from './command.ts';

/** Serves a video file or a webcam as a camera does, to try things without one. */
export const rtsp: Command = {
  summary: 'Serves a video file or a webcam as an RTSP camera does, to try things without one.',
  options: {
    file: { type: 'string', value: 'FILE', says: 'Video file to play.' },
    loop: { type: 'boolean', says: 'Play the file over and over; without it, the server ends with the file.' },
    webcam: { type: 'string', value: 'N', says: 'Webcam to show: its number; on Windows its name.' },
    copy: { type: 'boolean', says: 'Send the file as it is (H.264 or H.265 without B frames); default: as H.264.' },
    port: { type: 'string', value: 'PORT', says: 'Port to listen on; default 8554, 0 for any free one.' },
    host: { type: 'string', value: 'HOST', says: 'Address to listen on; default 127.0.0.1, 0.0.0.0 for all.' },
    path: { type: 'string', value: 'NAME', says: 'Path of the stream; default stream, or webcam.' },
  },
  footer: 'User and password for those who watch, both or none: ECHOSIGHT_RTSP_USER and ECHOSIGHT_RTSP_PASSWORD.',
  run: serve,
};

/** What the command line asks for. */
interface Wish {
  source: (program: FfmpegProgram) => FfmpegCommand;
  /** For people. */
  shown: string;
  form: 'copy' | 'h264';
  port: number;
  host: string;
  path: string;
  credentials: Credentials | undefined;
}

/** A command line that cannot be meant. */
class WrongUse extends Error {}

async function serve(values: OptionValues, terminal: Terminal): Promise<number> {
  try {
    return await publish(await wishOf(values, terminal), terminal);
  } catch (error) {
    if (error instanceof WrongUse) {
      terminal.complain(`${error.message}\n`);
      return 2;
    }
    const { message, hint } = error instanceof SentinelError ? error : listenFault(error);
    terminal.complain(`${message}${hint === undefined ? '' : `\n${hint}`}\n`);
    return 1;
  }
}

async function publish(wish: Wish, terminal: Terminal): Promise<number> {
  const { port, host, path, credentials, form } = wish;
  const program = await locateFfmpeg({ env: terminal.env });
  const clock = new SiteClock();
  const relay = new RtspRelay({ port, host, now: () => clock.now(), ...(credentials && { credentials }) });
  await relay.listen();
  const url = relay.url(path);
  const tell = (line: string): void => {
    terminal.complain(`${line}\n`);
  };
  const log = { info: tell, warn: tell, error: tell };
  const publisher = new Publisher({ source: wish.source(program), form, url, ffmpeg: program.path, clock, log });
  try {
    void relay.published(path).then(() => {
      terminal.print(announcement(wish, url, relay.port));
    });
    const end = await Promise.race([publisher.once(), terminal.interrupted()]);
    if (end === undefined) return 0;
    if (end.code === 0) {
      terminal.print('The file has ended.\n');
      return 0;
    }
    terminal.complain(`${publishingFault(end.error?.message ?? end.lastWords)}\n`);
    return 1;
  } finally {
    await publisher.stop();
    await relay.close();
  }
}

function announcement({ shown, host, path, credentials }: Wish, url: string, port: number): string {
  const everywhere = host === '0.0.0.0' || host === '::';
  const others = everywhere ? ownAddresses().map((address) => `  rtsp://${address}:${port}${path}\n`) : [];
  const open = !/^(?:127\.|::1$|localhost$)/.test(host) && credentials === undefined;
  return [
    `${shown} can be watched at\n  ${url}\n`,
    ...(others.length > 0 ? ['and from other machines at\n', ...others] : []),
    credentials === undefined ? '' : `User and password are asked for (user ${credentials.username}).\n`,
    open
      ? 'Everybody who can reach this machine can watch: set ECHOSIGHT_RTSP_USER and _PASSWORD to ask for them.\n'
      : '',
    'Press Ctrl-C to end.\n',
  ].join('');
}

async function wishOf(values: OptionValues, { env, folder }: Terminal): Promise<Wish> {
  const text = (name: string): string | undefined => {
    const value = values[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const [file, webcam] = [text('file'), text('webcam')];
  if ((file === undefined) === (webcam === undefined)) throw new WrongUse('Give either --file FILE or --webcam N.');
  if (webcam !== undefined && (values.loop === true || values.copy === true)) {
    throw new WrongUse('--loop and --copy are for files.');
  }
  const port = text('port') ?? '8554';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new WrongUse(`--port ${port} is no port from 0 to 65535.`);
  const path = (text('path') ?? (file === undefined ? 'webcam' : 'stream')).replace(/^\/+/, '');
  if (!/^[\w.-]+(?:\/[\w.-]+)*$/.test(path)) throw new WrongUse('--path takes letters, digits, "_", "-", "." and "/".');
  const [username = '', password = ''] = [env.ECHOSIGHT_RTSP_USER, env.ECHOSIGHT_RTSP_PASSWORD];
  if ((username === '') !== (password === '')) {
    throw new WrongUse('Set both ECHOSIGHT_RTSP_USER and ECHOSIGHT_RTSP_PASSWORD, or none of them.');
  }
  return {
    ...(file === undefined
      ? webcamSource(webcam ?? '')
      : await fileSource(resolve(folder, file), values.loop === true)),
    form: values.copy === true ? 'copy' : 'h264',
    ...{ port: Number(port), host: text('host') ?? '127.0.0.1', path: `/${path}` },
    credentials: username === '' ? undefined : { username, password },
  };
}

async function fileSource(path: string, loop: boolean): Promise<Pick<Wish, 'source' | 'shown'>> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new WrongUse(`There is no file ${path}.`);
  return { source: () => fileInput(path, loop ? 'loop' : 'once'), shown: path };
}

const webcamForms: Partial<Record<NodeJS.Platform, { form: RegExp; address: (webcam: string) => string }>> = {
  linux: { form: /^\d{1,3}$/, address: (webcam) => `/dev/video${webcam}` },
  darwin: { form: /^\d{1,3}$/, address: (webcam) => `avfoundation:${webcam}` },
  win32: { form: /\D/, address: (webcam) => `dshow:${webcam}` },
};

function webcamSource(webcam: string): Pick<Wish, 'source' | 'shown'> {
  const known = webcamForms[process.platform];
  if (known?.form.test(webcam) !== true) {
    const form = process.platform === 'win32' ? 'its name, as Windows shows it' : 'its number, such as 0';
    throw new WrongUse(`--webcam "${webcam}" is no webcam here: give ${form}.`);
  }
  const address = parseSourceAddress(known.address(webcam));
  return { source: (program) => inputCommand({ address, transport: 'tcp' }, program), shown: address.location };
}

function publishingFault(said: string): string {
  if (/Unknown encoder|Encoder .* not found/i.test(said)) {
    return 'This ffmpeg cannot encode H.264 (it has no libx264). Try --copy, or install a full ffmpeg.';
  }
  if (/Cannot open video device|Could not find video device/i.test(said)) return 'There is no such webcam.';
  if (/matches no streams|does not contain any stream/i.test(said)) return 'There is no picture in it.';
  return `It cannot be played. ffmpeg said: ${said}`;
}

const listenFaults: Readonly<Record<string, { message: string; hint: string }>> = {
  EADDRINUSE: {
    message: 'The port is in use by another program.',
    hint: 'Choose another one with --port, or --port 0 for any free one.',
  },
  EACCES: { message: 'This port needs more rights.', hint: 'Choose one above 1023 with --port.' },
  EADDRNOTAVAIL: { message: 'The host is no address of this machine.', hint: 'Leave --host out, or give 0.0.0.0.' },
  ENOTFOUND: { message: 'The host is not known.', hint: 'Leave --host out, or give 0.0.0.0.' },
};

function listenFault(error: unknown): { message: string; hint?: string | undefined } {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return listenFaults[code] ?? { message };
}

function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address);
}
