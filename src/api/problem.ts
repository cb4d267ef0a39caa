import { STATUS_CODES, type OutgoingHttpHeaders } from 'node:http';

/** A refusal that is told to the client as `application/problem+json` (RFC 9457). Its detail never names a path; its cause is for our log. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;

  constructor(status: number, detail: string, more: { headers?: OutgoingHttpHeaders; cause?: unknown } = {}) {
    super(detail, { cause: more.cause });
    this.status = status;
    this.headers = more.headers ?? {};
  }

  body(): string {
    const title = STATUS_CODES[this.status] ?? 'Error';
    return JSON.stringify({ type: 'about:blank', title, status: this.status, detail: this.message });
  }
}
