import type { Readable } from 'node:stream';
import { redact } from '../network/redact.ts';
import type { Child } from '../process/child.ts';

const remembered = 20;
/** A line of more characters than this is no message of a program: its rest is cut off. */
const longestLine = 2000;

/** The last lines that a child prints on stderr, without secrets; `tell` hears each one until it is asked to end. */
export function lastLines(child: Child, secrets: readonly string[], tell: (line: string) => void): readonly string[] {
  const lines: string[] = [];
  eachLine(child.output(2), (said) => {
    const line = redact(said, secrets);
    lines.push(line);
    if (lines.length > remembered) lines.shift();
    if (!child.stopping) tell(line);
  });
  return lines;
}

/** Cuts what a program prints into lines; empty ones are left out. */
export function eachLine(output: Readable, take: (line: string) => void): void {
  let rest = '';
  output.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split(/[\r\n]+/);
    // The beginning says whose line it is.
    rest = (parts.pop() ?? '').slice(0, longestLine);
    for (const part of parts) if (part.trim() !== '') take(part.slice(0, longestLine));
  });
}
