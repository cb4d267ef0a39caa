import type { StreamType } from '../contracts/streams.ts';
import { SentinelError } from '../contracts/errors.ts';
import { isNetworkAddress, parseSourceAddress, withCredentials, type SourceAddress } from '../network/address.ts';
import { redact } from '../network/redact.ts';

const mask = '***';

/** What somebody writes as the address of a stream. */
export interface WrittenAddress {
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  type?: StreamType | undefined;
}

/** An address that was checked. */
export interface StreamAddress {
  /** All of it, with user and password: a secret. */
  whole: string;
  /** As people may see it. */
  shown: string;
  type: StreamType;
}

/** Parameters of a camera that say which of its pictures is meant; what any other one holds may be a secret. */
const harmless: ReadonlySet<string> = new Set(
  'audio camera ch channel codec compression fps height profile proto resolution stream streamtype subtype type unicast video videocodec width'.split(
    ' ',
  ),
);

/**
 * The address of a stream that comes by the API: of the network, of a webcam of this machine, or of a sample clip. Files are refused, for
 * who may add a camera may not thereby read files of this machine.
 * @throws SentinelError ES_BAD_ADDRESS
 */
export function admitAddress({ url, username, password, type }: WrittenAddress): StreamAddress {
  const typed = type === 'webcam' ? webcamOf(url) : url;
  const address = parseSourceAddress(typed);
  if (typed.includes(mask)) {
    throw new SentinelError('ES_BAD_ADDRESS', `The address holds ${mask} in place of what is secret.`, {
      hint: 'Write the whole address: what is stored of the login goes only to where it was.',
    });
  }
  const found = typeOf(typed, address.protocol);
  if (found === undefined) {
    throw new SentinelError('ES_BAD_ADDRESS', 'A stream cannot be a file of this machine.', {
      hint: 'Use rtsp://, rtsps://, rtmp://, http(s)://, go2rtc:NAME, or a webcam; a camera node of a flow may play files.',
    });
  }
  if (type !== undefined && type !== found) {
    throw new SentinelError('ES_BAD_ADDRESS', `The address is not one of the stream_type ${type}.`, {
      hint:
        type === 'webcam' ? 'Write the number of the webcam, such as 0.' : `Leave stream_type out, or write ${found}.`,
    });
  }
  const whole = isNetworkAddress(address) ? withLogin(address, { username, password }) : typed.trim();
  if (!isNetworkAddress(address) && (username ?? password ?? '') !== '') {
    throw new SentinelError('ES_BAD_ADDRESS', 'A webcam or clip of this machine takes neither user nor password.');
  }
  return { whole, shown: shownAddress(whole), type: found };
}

/** An address without what is secret in it: `***` stands for user and password, and for what a parameter may hide. */
export function shownAddress(whole: string): string {
  const address = parseSourceAddress(whole);
  if (!isNetworkAddress(address)) return redact(whole);
  const [place, query] = splitOnce(address.location, '?');
  const login = address.username === undefined && address.password === undefined ? '' : `${mask}@`;
  const path = redact(place).replace('://', () => `://${login}`);
  return query === undefined ? path : `${path}?${query.split('&').map(shownParameter).join('&')}`;
}

/** What `shownAddress` hides: for sentences of others, such as those of ffmpeg. */
export function secretsIn(whole: string): string[] {
  const { location, password } = parseSourceAddress(whole);
  const [, query = ''] = splitOnce(location, '?');
  const parameters = query.split('&').flatMap((parameter) => {
    const [name, value] = splitOnce(parameter, '=');
    return shownParameter(parameter) === parameter ? [] : [value ?? name];
  });
  return [...(password === undefined ? [] : [password]), ...parameters];
}

/** What is given of a login goes before what stands in the address. */
function withLogin(address: SourceAddress, given: Pick<WrittenAddress, 'username' | 'password'>): string {
  const { username = address.username ?? '', password = address.password ?? '' } = given;
  if (username === '' && password !== '') {
    throw new SentinelError('ES_BAD_ADDRESS', 'There is a password without a user name.');
  }
  return withCredentials({ ...address, username, password });
}

function shownParameter(parameter: string): string {
  const [name, value] = splitOnce(parameter, '=');
  if (value === undefined) return name === '' ? '' : mask;
  const isHarmless = harmless.has(name.toLowerCase()) && /^[\w.-]{0,16}$/.test(value);
  return `${redact(name)}=${isHarmless ? value : mask}`;
}

function splitOnce(text: string, at: string): [string, string?] {
  const place = text.indexOf(at);
  return place < 0 ? [text] : [text.slice(0, place), text.slice(place + 1)];
}

function typeOf(typed: string, protocol: string): StreamType | undefined {
  if (protocol === 'file') return /^\s*sample:/i.test(typed) ? 'demo' : undefined;
  return ['device', 'avfoundation', 'dshow'].includes(protocol) ? 'webcam' : 'rtsp';
}

/** ViolenceSense names webcams by number alone. */
function webcamOf(url: string): string {
  const number = /^\s*(\d{1,3})\s*$/.exec(url)?.[1];
  if (number === undefined) return url;
  return process.platform === 'darwin' ? `avfoundation:${number}` : `/dev/video${number}`;
}
