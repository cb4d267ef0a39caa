import { redact } from '../network/redact.ts';
import type { Child } from '../process/child.ts';

const remembered = 20;
/** A line of more characters than this is no message of a program: its rest is cut off. */
const longestLine = 2000;

/** The last lines that a child prints on stderr, without secrets; `tell` hears each one until it is asked to end. */
export function lastLines(child: Child, secrets: readonly string[], tell: (line: string) => void): readonly string[] {
  const lines: string[] = [];
  let rest = '';
  child
    .output(2)
    .setEncoding('utf8')
    .on('data', (text: string) => {
      const parts = (rest + text).split(/[\r\n]+/);
      rest = (parts.pop() ?? '').slice(-longestLine);
      for (const part of parts.filter((line) => line.trim() !== '')) {
        const line = redact(part.slice(0, longestLine), secrets);
        lines.push(line);
        if (lines.length > remembered) lines.shift();
        if (!child.stopping) tell(line);
      }
    });
  return lines;
}
