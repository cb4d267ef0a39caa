import type { IncomingMessage } from 'node:http';

const loopbackAddress = /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$/i;
const loopbackHost = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i;
/** A proxy that adds one of these speaks for somebody else, whatever the header says. */
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via'];

/**
 * Whether a request comes from a program on this machine that speaks for itself. Headers can only take that trust away:
 * a proxy's, because the person behind it may be anywhere; a foreign Host, because a web page that points its own name
 * at 127.0.0.1 (DNS rebinding) makes the local browser ask.
 */
export function isLocal(request: IncomingMessage): boolean {
  return (
    loopbackAddress.test(request.socket.remoteAddress ?? '') &&
    loopbackHost.test(request.headers.host ?? '') &&
    proxyHeaders.every((header) => request.headers[header] === undefined)
  );
}
