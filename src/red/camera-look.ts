import type { IncomingMessage } from 'node:http';
import { jsonBody } from '../api/json-body.ts';
import { Problem } from '../api/problem.ts';
import { isCrossSite } from '../api/same-site.ts';
import { SiteClock } from '../clock/site-clock.ts';
import { CameraLookRequest } from '../contracts/camera-look.ts';
import type { SentinelCameraConfig } from '../contracts/configs.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import { assertMatches } from '../contracts/guards.ts';
import { placeholderIn } from '../contracts/placeholder.ts';
import { parseSourceAddress } from '../network/address.ts';
import { redact } from '../network/redact.ts';
import { CameraLooks, type LookOrder } from '../site/camera-looks.ts';
import { openSites } from '../site/registry.ts';
import { liveNodes } from './node-context.ts';
import type { NodeRed } from './node-red.ts';

const type = 'sentinel-camera';

/** A camera of the running flow. */
interface Deployed {
  /** The address as it stands in the flow, a variable perhaps. */
  typed: unknown;
  config: SentinelCameraConfig;
  credentials: Readonly<Record<string, string>>;
}

/**
 * `POST echosight/sentinel-camera/look` of Node-RED's admin API: one picture of a camera as its dialog stands, for people
 * who may `sentinel-camera.write`. They see it without privacy masks, since they are the ones who draw them. Refusals are
 * `application/problem+json` with `code` and `hint`.
 */
export function mountCameraLook(RED: NodeRed): void {
  const { httpAdmin, auth } = RED;
  if (httpAdmin === undefined || auth === undefined) return;
  const feeds = () => openSites().map((site) => site.cameras);
  const looks = new CameraLooks({ clock: new SiteClock(), feeds });
  httpAdmin.post(`/echosight/${type}/look`, auth.needsPermission(`${type}.write`), (request, response) => {
    const gone = new AbortController();
    response.on('close', () => {
      gone.abort();
    });
    const secrets: string[] = [];
    const send = (status: number, kind: string, body: string): void => {
      response.writeHead(status, { 'content-type': kind, 'cache-control': 'no-store' });
      response.end(body);
    };
    answer().then(
      (look) => {
        send(200, 'application/json', JSON.stringify(look));
      },
      (thrown: unknown) => {
        const { status, body } = refusal(thrown, secrets);
        send(status, 'application/problem+json', body);
      },
    );

    async function answer() {
      const order = orderOf(await asked(request), deployedCamera(RED), secrets);
      return await looks.look(order, gone.signal);
    }
  });
}

/** No foreign page can set `X-Requested-With`, so none can make this machine connect anywhere. */
async function asked(request: IncomingMessage): Promise<CameraLookRequest> {
  if (request.headers['x-requested-with'] === undefined || isCrossSite(request)) {
    throw new Problem(403, 'Only the dialog of the editor may ask this.');
  }
  const body = await jsonBody(request);
  assertMatches(CameraLookRequest, body, 'question of a camera dialog');
  return body as CameraLookRequest;
}

function deployedCamera(RED: NodeRed): (id: string) => Deployed | undefined {
  return (id) => {
    const found = liveNodes().find(({ node }) => node.id === id && node.type === type)?.reference;
    if (found === undefined || found instanceof SentinelError) return undefined;
    let typed: unknown;
    RED.nodes.eachNode?.((node) => {
      if (node.id === id) typed = node.address;
    });
    return { typed, config: found.config as SentinelCameraConfig, credentials: found.credentials };
  };
}

/**
 * What to look at. A stored password goes only to where the running flow sends it: same protocol, host and port.
 * @throws SentinelError ES_BAD_ADDRESS
 */
export function orderOf(
  asked: CameraLookRequest,
  deployed: (id: string) => Deployed | undefined,
  secrets: string[],
): LookOrder {
  const known = deployed(asked.id);
  const same = known !== undefined && (asked.address === known.typed || asked.address === known.config.address);
  const address = parseSourceAddress(same ? known.config.address : variableless(asked.address));
  const keeps = known !== undefined && (same || doorOf(known.config.address) === doorOf(asked.address));
  const stored = keeps ? known.credentials : {};

  const username = placeholderIn(asked.username) === undefined ? asked.username : (stored.username ?? '');
  const password = asked.password ?? stored.password ?? '';
  secrets.push(password, address.password ?? '');
  const unchanged = same && username === (stored.username ?? '') && password === (stored.password ?? '');
  return {
    source: { address, username, password },
    transport: asked.transport === 'udp' ? 'udp' : 'tcp',
    running: unchanged ? asked.id : undefined,
    masked: known !== undefined && hasMask(known.config),
    fresh: asked.fresh,
  };
}

function variableless(address: string): string {
  const variable = placeholderIn(address)?.variable;
  if (variable === undefined) return address;
  throw new SentinelError(
    'ES_BAD_ADDRESS',
    `What the variable ${variable} holds is known when the camera is deployed.`,
    {
      hint: 'Deploy first, then try again.',
    },
  );
}

const defaultPorts: Readonly<Record<string, string>> = { 'rtsp:': '554', 'rtsps:': '322', 'rtmp:': '1935' };

/** Protocol, host and port; what has none, such as a file, is equal to nothing. */
function doorOf(address: string): string | symbol {
  try {
    const url = new URL(parseSourceAddress(address).location);
    return `${url.protocol}//${url.hostname}:${url.port === '' ? (defaultPorts[url.protocol] ?? '') : url.port}`;
  } catch {
    return Symbol('none');
  }
}

function hasMask({ zones, maskFile }: SentinelCameraConfig): boolean {
  return maskFile !== '' || zones.some(({ kind }) => kind === 'privacy');
}

const statuses: Readonly<Record<string, number>> = {
  ES_BAD_ADDRESS: 400,
  ES_BAD_INPUT: 400,
  ES_CAMERA_BUSY: 429,
  ES_FFMPEG_MISSING: 500,
  ES_FFMPEG_UNSUITABLE: 500,
};

/** The camera's own failures are a 502: not ours, and not to be taken for a login that the editor lacks. */
function refusal(thrown: unknown, secrets: readonly string[]): { status: number; body: string } {
  if (thrown instanceof Problem) return { status: thrown.status, body: thrown.body() };
  const { name, message, hint } = asSentinelError(thrown, 'ES_CAMERA_UNREACHABLE');
  const status = statuses[name] ?? 502;
  const told = { detail: redact(message, secrets), code: name, hint };
  return { status, body: JSON.stringify({ ...(JSON.parse(new Problem(status, '').body()) as object), ...told }) };
}
