import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../api/problem.ts';
import { sendText } from '../api/send.ts';

type ErrorHandler = (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: (error: unknown) => void,
) => void;

/** An Express application that others are mounted on. */
export interface ParentApplication {
  use(path: string, handler: ErrorHandler): void;
}

/** What these take is none of the bodies that are read in front of us. */
const takesFile = /\/(?:predict|retrain)(?:\?|$)/;

/** What the reader of bodies in front of us says, by its status. */
const details: Readonly<Record<number, string>> = {
  400: 'The body is not JSON.',
  413: 'The body is too long.',
  415: 'Send the body as application/json, in UTF-8.',
};

/**
 * Where the editor lies on the same root, Node-RED reads bodies before we are asked, and Express tells whoever sent a broken one the stack,
 * with paths of this machine, unless NODE_ENV is production. Below our path a problem is said instead, as we say it ourselves.
 * @param parent what Node-RED's HTTP nodes are mounted on; what is added there comes after them
 * @param place path of everything of ours
 */
export function answerForUnreadBodies(parent: ParentApplication, place: string): void {
  // Express knows a handler of errors by its four parameters.
  parent.use(place, (error, request, response, next) => {
    const status = (error as { status?: unknown } | null)?.status;
    const detail = typeof status === 'number' ? details[status] : undefined;
    // Anything else is a fault of what lies in front of us: whoever runs it wants to see it.
    if (typeof status !== 'number' || detail === undefined || response.headersSent) {
      next(error);
      return;
    }
    const wantsFile = takesFile.test(request.url ?? '');
    const problem = wantsFile ? new Problem(415, 'Send the file as multipart/form-data.') : new Problem(status, detail);
    response.statusCode = problem.status;
    if (wantsFile) response.setHeader('Accept-Post', 'multipart/form-data');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Connection', 'close');
    sendText(request, response, 'application/problem+json; charset=utf-8', problem.body());
  });
}
