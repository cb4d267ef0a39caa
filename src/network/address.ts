import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SentinelError } from '../contracts/errors.ts';
import { sampleFile, sampleNames } from '../process/package-files.ts';
import { hostWithoutScheme, loginIn, splitAuthority } from './authority.ts';
import { guardHost } from './host-guard.ts';
import { percentEncode } from './redact.ts';

const networkProtocols = ['rtsp', 'rtsps', 'rtmp', 'http', 'https'] as const;
export type NetworkProtocol = (typeof networkProtocols)[number];

/** A file, or a webcam: of Linux (`device`), macOS (`avfoundation`) or Windows (`dshow`). */
export type LocalProtocol = 'file' | 'device' | 'avfoundation' | 'dshow';

/** Where go2rtc serves RTSP and where its own pages are, unless somebody changed that. */
const go2rtcPorts = { rtsp: 8554, pages: 1984 };

/** Where pictures and sound come from, checked: nothing in it can be taken for an option or another protocol. */
export interface SourceAddress {
  protocol: NetworkProtocol | LocalProtocol;
  /** URL without user and password, absolute file path, /dev/videoN, or the number or name of a webcam. */
  location: string;
  username?: string;
  password?: string;
}

/**
 * Reads what a user wrote as the address of a camera: rtsp(s), rtmp or http(s) URL, file path or file:// URL,
 * /dev/videoN, avfoundation:N, dshow:NAME, go2rtc:NAME or go2rtc://HOST/NAME for a stream of go2rtc, or sample:NAME for
 * a clip of this package. User and password are taken out of the URL; special characters in them may be
 * percent-encoded or, where only one reading is possible, stand as they are.
 * @throws SentinelError ES_BAD_ADDRESS
 */
export function parseSourceAddress(text: string): SourceAddress {
  const address = plainText(text);
  const host = hostWithoutScheme(address);
  if (host !== undefined) {
    throw new SentinelError('ES_BAD_ADDRESS', 'The address does not begin with rtsp:// or the like.', {
      hint: `Did you mean rtsp://${host}/...?`,
    });
  }
  // A drive letter is no scheme; anything else before a first colon could be one to ffmpeg.
  const scheme = /^(?![a-z]:[\\/])([^\\/]*?):/i.exec(address)?.[1]?.toLowerCase();
  if (scheme === undefined) return localAddress(address);
  if (scheme === 'file') return localAddress(pathOfFileUrl(address));
  const named = Object.hasOwn(namedSources, scheme) ? namedSources[scheme] : undefined;
  if (named !== undefined) return named(address.slice(scheme.length + 1));
  const protocol = networkProtocols.find((known) => known === scheme);
  if (protocol === undefined || !address.startsWith('://', scheme.length)) {
    throw refused(`Addresses with "${scheme}:" are not allowed.`);
  }
  return networkAddress(protocol, address.slice(scheme.length + 3));
}

/** Whether a source is reached over the network. */
export function isNetworkAddress(address: SourceAddress): address is SourceAddress & { protocol: NetworkProtocol } {
  return networkProtocols.some((protocol) => protocol === address.protocol);
}

/** User and password for a source: given ones win over those of the address itself. Undefined without any. */
export function credentialsFor(
  address: SourceAddress,
  given: { username?: string | undefined; password?: string | undefined } = {},
): { username: string; password: string } | undefined {
  const chosen = given.username === undefined || given.username === '' ? address : given;
  const { username = '', password = '' } = chosen;
  return username === '' && password === '' ? undefined : { username, password };
}

/**
 * The address with user and password in it (see `credentialsFor`), percent-encoded.
 * The result is a secret: hand it to the program that connects and to nothing else.
 */
export function withCredentials(
  address: SourceAddress,
  given?: { username?: string | undefined; password?: string | undefined },
): string {
  if (!isNetworkAddress(address)) return address.location;
  const credentials = credentialsFor(address, given);
  if (credentials === undefined) return address.location;
  const { username, password } = credentials;
  const secret = password === '' ? '' : `:${percentEncode(password)}`;
  return address.location.replace('://', () => `://${percentEncode(username)}${secret}@`);
}

/**
 * The address of a web service of the user's choice (Graph API, sandbox): http or https, this machine and the LAN
 * included. Its host is checked like a camera's.
 * @throws SentinelError ES_BAD_ADDRESS
 */
export function parseServiceUrl(text: string): URL {
  const url = URL.parse(plainText(text));
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new SentinelError('ES_BAD_ADDRESS', 'The address of a service must begin with http:// or https://.');
  }
  if (url.username !== '' || url.password !== '') {
    throw new SentinelError('ES_BAD_ADDRESS', 'The address of a service must not hold a user or password.', {
      hint: 'Put secrets into the credential fields.',
    });
  }
  guardHost(url.hostname);
  return url;
}

function refused(message: string): SentinelError {
  return new SentinelError('ES_BAD_ADDRESS', message, {
    hint: 'Use rtsp://, rtsps://, rtmp://, http(s)://, go2rtc:NAME, a video file or /dev/videoN.',
  });
}

/** One line without control characters that no program can take for an option. */
function plainText(text: string): string {
  const trimmed = text.replace(/^ +|(?<! ) +$/g, '');
  if (trimmed === '') throw refused('The address is empty.');
  const variable = /\$\{([^}]*)\}/.exec(trimmed)?.[1];
  if (variable !== undefined) {
    throw new SentinelError('ES_BAD_ADDRESS', `The environment variable ${variable} in the address is not put in.`, {
      hint: `A variable must be the whole address: set ${variable} to all of it, before Node-RED starts.`,
    });
  }
  if (/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(trimmed)) {
    throw refused('The address holds a line break or another invisible character.');
  }
  if (trimmed.startsWith('-')) throw refused('The address begins with "-".');
  return trimmed;
}

function pathOfFileUrl(url: string): string {
  try {
    // plainText once more: percent-encoding may have hidden what it refuses.
    return plainText(fileURLToPath(url));
  } catch (error) {
    throw error instanceof SentinelError ? error : refused('The file:// address is not valid.');
  }
}

/** Addresses of the form `scheme:name`. */
const namedSources: Readonly<Record<string, (name: string) => SourceAddress>> = {
  sample: sampleAddress,
  go2rtc: go2rtcAddress,
  avfoundation: (device) => webcamAddress('avfoundation', device, /^\d{1,3}$/),
  // ffmpeg reads ":" as the start of a second device; "=" and quotes have meanings of their own.
  dshow: (device) => webcamAddress('dshow', device, /^[^:="']{1,200}$/),
};

function webcamAddress(protocol: LocalProtocol, typed: string, form: RegExp): SourceAddress {
  const location = typed.trim();
  if (form.test(location) && !location.startsWith('-')) return { protocol, location };
  throw new SentinelError('ES_BAD_ADDRESS', `"${typed.slice(0, 64)}" is no webcam of ${protocol}.`, {
    hint: 'Write the number of the webcam on macOS (avfoundation:0), its name on Windows (dshow:Integrated Camera).',
  });
}

/** A stream of go2rtc is RTSP on a port of its own; who copies the address of its pages means that, too. */
function go2rtcAddress(rest: string): SourceAddress {
  const address = networkAddress('rtsp', rest.startsWith('//') ? rest.slice(2) : `127.0.0.1/${rest}`);
  const [, host = '', port, name = ''] = /^(rtsp:\/\/[^/?]*?)(?::(\d+))?\/([^/?].*)?$/.exec(address.location) ?? [];
  if (name === '') {
    throw new SentinelError('ES_BAD_ADDRESS', 'The go2rtc address names no stream.', {
      hint: 'Write go2rtc:NAME, or go2rtc://192.168.1.9/NAME for a go2rtc on another machine.',
    });
  }
  const { rtsp, pages } = go2rtcPorts;
  const served = port === undefined || Number(port) === pages ? rtsp : port;
  return { ...address, location: `${host}:${served}/${name}` };
}

function sampleAddress(name: string): SourceAddress {
  const location = sampleFile(name.toLowerCase());
  if (location !== undefined) return { protocol: 'file', location };
  throw new SentinelError('ES_BAD_ADDRESS', `There is no sample clip "${name.slice(0, 64)}".`, {
    hint: `Sample clips: ${sampleNames.map((known) => `sample:${known}`).join(', ')}.`,
  });
}

function localAddress(path: string): SourceAddress {
  if (/^[\\/]{2}/.test(path)) throw refused('Paths of another computer are not allowed.');
  // `rtsp//user:password@camera`: as a file, the password would stand on a command line and in every log.
  if (/^[^\\/]+[\\/]{1,2}[^\\/]*:.*@/.test(path)) {
    throw refused('The address has a login in it, but does not begin with rtsp:// or the like.');
  }
  const location = resolve(path);
  if (/^\/dev\/video\d{1,3}$/.test(location)) return { protocol: 'device', location };
  if (/^\/(dev|proc|sys)(\/|$)/.test(location)) throw refused('This path is neither a video file nor /dev/videoN.');
  return { protocol: 'file', location };
}

function networkAddress(protocol: NetworkProtocol, rest: string): SourceAddress {
  const parts = splitAuthority(rest);
  if (parts === undefined) {
    throw new SentinelError('ES_BAD_ADDRESS', 'It is not clear which part of the address is the password.', {
      hint: 'Put user and password into their own fields, or write @ as %40, / as %2F, # as %23 and ? as %3F.',
    });
  }
  const { userinfo, host, port, path } = parts;
  if (path.includes('\\')) throw refused('The address holds a backslash.');
  if (port !== undefined && !(Number(port) >= 1 && Number(port) <= 65535)) {
    throw refused('The port of the address is not a number from 1 to 65535.');
  }
  const encodedPath = path.replace(/[^\x21-\x7e]/gu, percentEncode);
  const location = `${protocol}://${guardHost(host)}${port === undefined ? '' : `:${port}`}${encodedPath}`;
  return { protocol, location, ...loginIn(userinfo) };
}
