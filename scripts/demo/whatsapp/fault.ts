import type { ServerResponse } from 'node:http';
import { GraphError } from './graph-error.ts';

/** What one call is answered with instead of the truth. */
export type Fault = {
  /** Which call; default messages. */
  on?: 'messages' | 'media';
} & (ErrorFault | SilentFault);

/** An error of the Graph API by its code, or of something in between that is no Graph API. */
type ErrorFault =
  | { code: number; details?: string; transient?: boolean; status?: number; retryAfterSeconds?: number }
  | { status: number; retryAfterSeconds?: number };

/** No answer, or a connection that breaks; before that the message has arrived, or not. */
interface SilentFault {
  answer: 'none' | 'cut';
  arrived: boolean;
}

/** Answers with an error. @throws GraphError */
export function answerFault(fault: ErrorFault, response: ServerResponse): void {
  if (fault.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(fault.retryAfterSeconds));
  if ('code' in fault) throw new GraphError(fault.code, fault.details, fault);
  response.writeHead(fault.status, { 'content-type': 'text/html' }).end('<h1>Something in between</h1>');
}
