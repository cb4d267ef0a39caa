import type { RecorderName } from '../../contracts/configs.ts';
import type { Clock } from '../../contracts/ports.ts';
import { Child } from '../../process/child.ts';
import { findProgram } from './find-program.ts';
import { soundVariables } from './sound-variables.ts';

/** A device of this machine that a recorder can record from. */
export interface CaptureDevice {
  /** What the recorder has to be given. */
  device: string;
  /** Words for people. */
  label: string;
  /** `loopback` is what a loudspeaker plays; `alias` leads to another one, and exists where no microphone does. */
  kind: 'microphone' | 'loopback' | 'alias';
  recorders: readonly RecorderName[];
}

/** Runs a program and gives what it prints on either stream; empty when it is not there or takes too long. */
export type Ask = (program: string, args: readonly string[]) => Promise<string>;

const patienceMs = 3000;
/** More than any list of devices. */
const longestAnswer = 1 << 20;

/** The devices of this machine, microphones first; in a few seconds at most, and empty when nothing answers. */
export async function captureDevices(
  clock: Clock,
  platform: NodeJS.Platform = process.platform,
  ask: Ask = (program, args) => answer(program, args, clock),
): Promise<CaptureDevice[]> {
  const lists = await Promise.all(
    (listings[platform] ?? unixLike).map(({ program, args, read }) => ask(program, args).then(read)),
  );
  const rank = { microphone: 0, alias: 1, loopback: 2 };
  return lists.flat().sort((one, other) => rank[one.kind] - rank[other.kind]);
}

interface Listing {
  program: string;
  args: readonly string[];
  read: (text: string) => CaptureDevice[];
}

const unixLike: readonly Listing[] = [
  { program: 'pactl', args: ['list', 'sources'], read: pulseSources },
  { program: 'arecord', args: ['-L'], read: alsaDevices },
];
const listings: Partial<Record<NodeJS.Platform, readonly Listing[]>> = {
  darwin: [
    {
      program: 'ffmpeg',
      args: ['-hide_banner', '-f', 'avfoundation', '-list_devices', 'true', '-i', ''],
      read: avfoundationDevices,
    },
  ],
  win32: [
    {
      program: 'ffmpeg',
      args: ['-hide_banner', '-f', 'dshow', '-list_devices', 'true', '-i', 'dummy'],
      read: dshowDevices,
    },
  ],
};

/** `pactl list sources` in English. */
function pulseSources(text: string): CaptureDevice[] {
  return text
    .split(/^Source #/m)
    .slice(1)
    .flatMap((source): CaptureDevice[] => {
      const field = (name: string): string => new RegExp(`^\\s*${name}: (.*)$`, 'm').exec(source)?.[1]?.trim() ?? '';
      const device = field('Name');
      if (device === '') return [];
      const monitor = field('Monitor of Sink');
      const kind = monitor === '' || monitor === 'n/a' ? 'microphone' : 'loopback';
      return [{ device, label: field('Description') || device, kind, recorders: ['parec', 'sox', 'ffmpeg'] }];
    });
}

/**
 * `arecord -L`: names at the start of a line, words about them below. Of the many names of a sound card the one is
 * offered that converts by itself.
 */
function alsaDevices(text: string): CaptureDevice[] {
  const entries = text.split(/\n(?=\S)/).map((entry) => entry.split('\n').map((line) => line.trim()));
  return entries.flatMap(([device = '', ...words]): CaptureDevice[] => {
    const hardware = device.startsWith('plughw:');
    if (!hardware && !/^(default|pulse|pipewire)$/.test(device)) return [];
    const label = words.find((word) => word !== '') ?? device;
    return [{ device, label, kind: hardware ? 'microphone' : 'alias', recorders: ['arecord', 'sox', 'ffmpeg'] }];
  });
}

/** What ffmpeg of macOS prints: video devices, then audio devices. */
function avfoundationDevices(text: string): CaptureDevice[] {
  const [, audio = ''] = text.split('AVFoundation audio devices:');
  return [...audio.matchAll(/\] \[\d+\] (.+)$/gm)].map(([, name = '']) => named(name.trim(), ['sox', 'ffmpeg']));
}

/** What ffmpeg of Windows prints: one list with kinds, or in old builds one list per kind. */
function dshowDevices(text: string): CaptureDevice[] {
  const [, old] = text.split('DirectShow audio devices');
  const lines = old === undefined ? /"([^"]+)" \(audio\)/g : /\] +"([^"@][^"]*)"/g;
  return [...(old ?? text).matchAll(lines)].map(([, name = '']) => named(name, ['ffmpeg']));
}

function named(name: string, recorders: readonly RecorderName[]): CaptureDevice {
  return { device: name, label: name, kind: 'microphone', recorders };
}

async function answer(name: string, args: readonly string[], clock: Clock): Promise<string> {
  const program = await findProgram(name);
  if (program === undefined) return '';
  const child = new Child({ program, args, clock, env: soundVariables() });
  const cancel = clock.after(patienceMs, () => void child.stop());
  let text = '';
  for (const descriptor of [1, 2]) {
    child
      .output(descriptor)
      .setEncoding('utf8')
      .on('data', (part: string) => {
        if (text.length < longestAnswer) text += part;
      });
  }
  await child.closed;
  cancel();
  return text;
}
