import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a process holds (Linux). */
export interface Vitals {
  /** Names of its child processes, dead ones that nobody waited for as `name (zombie)`. */
  children: string[];
  /** Without those that libvips begins with its first picture and keeps. */
  threads: number;
  /** Open file descriptors. */
  descriptors: number;
  /** Resident memory in MB. */
  rss: number;
}

export function vitalsOf(pid: number): Vitals {
  const rss = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return {
    children: childrenOf(pid).map(({ name }) => name),
    threads: threadsOf(pid).filter((name) => name !== 'libvips worker').length,
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    rss: Math.round(Number(rss) / 1024),
  };
}

/** Names of its threads; one that ends meanwhile has none. */
function threadsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/task`).map((thread) => {
    try {
      return readFileSync(`/proc/${pid}/task/${thread}/comm`, 'utf8').trim();
    } catch {
      return '';
    }
  });
}

/** What its descriptors lead to, and how often, for the message of a test that found too many. */
export function descriptorsOf(pid: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const fd of readdirSync(`/proc/${pid}/fd`)) {
    const target = linkOf(`/proc/${pid}/fd/${fd}`).replace(/\d{3,}/, 'N');
    counts[target] = (counts[target] ?? 0) + 1;
  }
  return counts;
}

/** Child processes whose program has this name. */
export function childrenNamed(pid: number, name: string): number[] {
  return childrenOf(pid)
    .filter((child) => child.name === name)
    .map((child) => child.pid);
}

/** The ffmpegs that decode a camera; others make a clip or look at something, and end by themselves. */
export function decodersOf(pid: number): number[] {
  return childrenNamed(pid, 'ffmpeg').filter((child) => commandOf(child).includes('ppm'));
}

/** Files in the rings of a process: segments of video that it keeps, in memory or in the folder of temporary files. */
export function segmentsOf(pid: number): string[] {
  return [...new Set(['/dev/shm', tmpdir()])]
    .flatMap((base) => entriesOf(base).map((name) => join(base, name)))
    .filter((path) => path.includes(`/echosight-ring-`) && path.includes(`-${pid}-`))
    .flatMap((path) => entriesOf(path, true).map((name) => join(path, name)))
    .filter((path) => path.endsWith('.ts'));
}

/** Waits until the condition holds. @throws Error with `what` after `ms`. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, ms = 60_000): Promise<void> {
  const end = performance.now() + ms;
  while (!(await condition())) {
    if (performance.now() > end) throw new Error(`not within ${ms / 1000} s: ${what}`);
    await sleep(50);
  }
}

function childrenOf(pid: number): { pid: number; name: string }[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      const [, name = '', state, parent] = /\((.*)\) (\S) (\d+)/s.exec(statOf(entry)) ?? [];
      if (Number(parent) !== pid) return [];
      return [{ pid: Number(entry), name: state === 'Z' ? `${name} (zombie)` : name }];
    });
}

function entriesOf(path: string, recursive = false): string[] {
  try {
    return readdirSync(path, { recursive, encoding: 'utf8' });
  } catch {
    return [];
  }
}

function statOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return '';
  }
}

function commandOf(pid: number): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return 'gone';
  }
}
