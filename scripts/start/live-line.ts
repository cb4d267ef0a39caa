import type { HealthReport, SourceHealth } from '../../src/contracts/health.ts';

const everyMs = 1000;

/** Shows how the running product does: one line that renews itself in a terminal, a line per change elsewhere. */
export class LiveLine {
  readonly #healthUrl: string;
  readonly #headers: Record<string, string>;
  readonly #extra: () => string;
  #timer: NodeJS.Timeout | undefined;
  #shown = '';

  /** @param password of the user admin; empty when there is none */
  constructor(healthUrl: string, password = '', extra: () => string) {
    this.#healthUrl = healthUrl;
    const login = Buffer.from(`admin:${password}`).toString('base64');
    this.#headers = password === '' ? {} : { authorization: `Basic ${login}` };
    this.#extra = extra;
  }

  start(): void {
    this.#timer = setInterval(() => {
      void this.#refresh();
    }, everyMs);
  }

  /** Prints a line of its own above the live one. */
  say(line: string): void {
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${line}\n${this.#shown}`);
    else process.stdout.write(`${line}\n`);
  }

  stop(): void {
    clearInterval(this.#timer);
    if (process.stdout.isTTY) process.stdout.write('\n');
  }

  async #refresh(): Promise<void> {
    const line = `${await this.#health()}${this.#extra()}`;
    if (line === this.#shown) return;
    this.#shown = line;
    if (process.stdout.isTTY) process.stdout.write(`\r\x1b[2K${line.slice(0, (process.stdout.columns || 120) - 1)}`);
    else process.stdout.write(`${line}\n`);
  }

  async #health(): Promise<string> {
    try {
      const response = await fetch(this.#healthUrl, { headers: this.#headers, signal: AbortSignal.timeout(everyMs) });
      return response.ok ? summary((await response.json()) as HealthReport) : `Node-RED answers ${response.status}`;
    } catch {
      return 'Node-RED is starting';
    }
  }
}

function summary(report: HealthReport): string {
  const sources = report.sites.flatMap((site) => site.sources.map(sourceLine));
  const models = report.sites.flatMap((site) =>
    site.models.map((model) => `${model.model} ${model.ok ? 'ok' : 'DOWN'}`),
  );
  const queued = report.sites.reduce((sum, site) => sum + site.outbox.queued, 0);
  const parts = [
    sources.join(', ') || 'no camera yet: give one with --source ADDRESS, or add an rtsp-in in the editor',
    ...models,
    ...(queued > 0 ? [`${queued} waiting to be sent`] : []),
  ];
  return parts.join(' | ');
}

/** A source that does not work says why. */
function sourceLine({ source, status, detail }: SourceHealth): string {
  const fine = status === 'connected' || status === 'probing' || status === 'connecting';
  return fine ? `${source} ${status}` : `${source} ${status}: ${detail}`;
}
