import { STATUS_CODES, type OutgoingHttpHeaders } from 'node:http';
import type { ErrorName } from '../contracts/errors.ts';

/** A refusal that is told to the client as `application/problem+json` (RFC 9457). Its detail never names a path; its cause is for our log. */
export class Problem extends Error {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  /** Stable name of the error, where it has one. */
  readonly code: ErrorName | undefined;

  constructor(
    status: number,
    detail: string,
    more: { headers?: OutgoingHttpHeaders; cause?: unknown; code?: ErrorName } = {},
  ) {
    super(detail, { cause: more.cause });
    this.status = status;
    this.headers = more.headers ?? {};
    this.code = more.code;
  }

  body(): string {
    const title = STATUS_CODES[this.status] ?? 'Error';
    const { status, message: detail, code } = this;
    return JSON.stringify({ type: 'about:blank', title, status, detail, code });
  }
}
