import type { IncomingMessage } from 'node:http';

const loopbackAddress = /^(?:::ffff:)?127\.\d{1,3}\.\d{1,3}\.\d{1,3}$|^::1$/i;
const loopbackHost = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(?::\d{1,5})?$/i;
/** A proxy that adds one of these speaks for somebody else, whatever the header says. */
const proxyHeader = /^(?:forwarded|via|x-real-ip|x-forwarded(?:-.+)?|cf-.+|(?:.+-)?client-ip)$/;

/**
 * Whether a request comes from a program on this machine that speaks for itself. Headers can only take that trust away: a proxy's,
 * because the person behind it may be anywhere; a foreign Host, because a web page that points its own name at 127.0.0.1 (DNS rebinding)
 * makes the local browser ask; the origin of a page of elsewhere, because a browser asks in its name. A proxy on this machine that adds
 * no header, asks for a loopback Host and speaks as programs do cannot be told from one: behind any proxy, httpNodeAuth must be set.
 */
export function isLocal(request: IncomingMessage): boolean {
  return (
    loopbackAddress.test(request.socket.remoteAddress ?? '') &&
    loopbackHost.test(request.headers.host ?? '') &&
    !Object.keys(request.headers).some((header) => proxyHeader.test(header)) &&
    !isPassedOn(request) &&
    isPageOfHere(request.headers.origin)
  );
}

/**
 * What nginx does unless it is told more: it speaks HTTP/1.0, or, set up for WebSockets, asks with every request for an upgrade to
 * nothing. No program of this day does either.
 */
function isPassedOn({ httpVersion, headers }: IncomingMessage): boolean {
  return httpVersion === '1.0' || (headers.upgrade === undefined && /\bupgrade\b/i.test(headers.connection ?? ''));
}

function isPageOfHere(origin: string | undefined): boolean {
  return origin === undefined || loopbackHost.test(origin.replace(/^https?:\/\//i, ''));
}
