import type { Log } from '../../src/contracts/ports.ts';

/** A log that remembers its lines as `level: line`. */
export class RecordingLog implements Log {
  readonly lines: string[] = [];

  info(line: string): void {
    this.lines.push(`info: ${line}`);
  }

  warn(line: string): void {
    this.lines.push(`warn: ${line}`);
  }

  error(line: string): void {
    this.lines.push(`error: ${line}`);
  }
}
