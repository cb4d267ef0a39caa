import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UpgradeServer } from './node-red.ts';

/**
 * Answers the requests of one path of Node-RED's server before anybody else sees them: logins that are in front of HTTP nodes, and
 * whatever reads bodies (the editor does where it lies on the same root). Everything else goes its way. Listeners that come
 * later, such as those of a dashboard, change nothing about it.
 */
export function answerFirst(
  server: UpgradeServer,
  path: string,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): void {
  const others = server.emit.bind(server);
  server.emit = (event, ...details) => {
    const [request, response] = details as [IncomingMessage, ServerResponse];
    if (event !== 'request' || request.url?.split('?', 1)[0] !== path) return others(event, ...details);
    answer(request, response);
    return true;
  };
}
