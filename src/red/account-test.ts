import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { AlertAccount } from '../alerting/alert-channel.ts';
import { sendTestMessage } from '../alerting/test-message.ts';
import { jsonBody } from '../api/json-body.ts';
import { Problem } from '../api/problem.ts';
import { isCrossSite } from '../api/same-site.ts';
import { SiteClock } from '../clock/site-clock.ts';
import { AccountTestRequest } from '../contracts/account-test.ts';
import type {
  EmailAccountConfig,
  NodeType,
  SmsAccountConfig,
  WebhookOutConfig,
  WhatsAppAccountConfig,
} from '../contracts/configs.ts';
import { asSentinelError, SentinelError } from '../contracts/errors.ts';
import { assertMatches } from '../contracts/guards.ts';
import { readConfig, readCredentials } from '../contracts/read-config.ts';
import { emailAccount, smsAccount, webhookAccount } from '../site/alert-accounts.ts';
import { whatsAppAccount } from '../site/whatsapp-account.ts';
import { liveNodes } from './node-context.ts';
import type { NodeRed } from './node-red.ts';

interface Described {
  id: string;
  config: unknown;
  credentials: Readonly<Record<string, string>>;
}

interface Testable {
  account: (node: Described) => AlertAccount;
  /** What its secrets are sent to: stored ones never go anywhere else. */
  goesTo: (config: unknown) => string;
}

const testable: Partial<Record<NodeType, Testable>> = {
  'sentinel-whatsapp-account': {
    account: (node) => whatsAppAccount({ ...node, config: node.config as WhatsAppAccountConfig }),
    goesTo: (config) => originOf((config as WhatsAppAccountConfig).baseUrl),
  },
  'sentinel-sms-account': {
    account: (node) => smsAccount({ ...node, config: node.config as SmsAccountConfig }),
    goesTo: (config) => originOf((config as SmsAccountConfig).baseUrl),
  },
  'sentinel-email-account': {
    account: (node) => emailAccount({ ...node, config: node.config as EmailAccountConfig }),
    goesTo: (config) => {
      const { host, port, security, verifyCertificate } = config as EmailAccountConfig;
      return [host, port, security, verifyCertificate].join(' ');
    },
  },
  'sentinel-webhook-out': {
    account: (node) => webhookAccount({ ...node, config: node.config as WebhookOutConfig }),
    goesTo: (config) => originOf((config as WebhookOutConfig).url),
  },
};

const text = 'EchoSight Sentinel: this is a test message. Nothing has happened.';
const limitMs = 60_000;

/**
 * `POST echosight/<type>/test` of Node-RED's admin API: one message to everybody of an account as its dialog stands, for
 * people who may `<type>.write`. Refusals are `application/problem+json`-like: `error`, `message`, `hint`.
 */
export function mountAccountTest(RED: NodeRed, type: NodeType): void {
  const { httpAdmin, auth } = RED;
  const kind = testable[type];
  if (kind === undefined || httpAdmin === undefined || auth === undefined) return;
  let busy = false;
  httpAdmin.post(`/echosight/${type}/test`, auth.needsPermission(`${type}.write`), (request, response) => {
    const send = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    };
    const work = async () => {
      const asked = await question(request);
      if (busy) throw new SentinelError('ES_BUSY', 'Another test is under way.');
      busy = true;
      try {
        const stop = AbortSignal.timeout(limitMs);
        const account = accountOf(RED, type, kind, asked);
        return await sendTestMessage(account, text, { clock: new SiteClock(), newId: randomUUID, stop });
      } finally {
        busy = false;
      }
    };
    work().then(
      (answers) => {
        send(200, answers);
      },
      (thrown: unknown) => {
        const { name, message, hint } = asSentinelError(thrown, 'ES_BAD_CONFIG');
        send(thrown instanceof Problem ? thrown.status : 422, { error: name, message, hint });
      },
    );
  });
}

/** No foreign page can set `X-Requested-With`, so none can make this machine send anything. */
async function question(request: IncomingMessage): Promise<AccountTestRequest> {
  if (request.headers['x-requested-with'] === undefined || isCrossSite(request)) {
    throw new Problem(403, 'Only the dialog of the editor may ask this.');
  }
  const body = await jsonBody(request);
  assertMatches(AccountTestRequest, body, 'question of an account dialog');
  return body as AccountTestRequest;
}

/** @throws SentinelError ES_BAD_CONFIG, ES_BAD_ADDRESS */
function accountOf(RED: NodeRed, type: NodeType, kind: Testable, asked: AccountTestRequest): AlertAccount {
  const { id, settings, credentials: typed } = asked;
  const running = liveNodes().find(({ node }) => node.id === id && node.type === type);
  const lookup = (variable: string): unknown =>
    running === undefined ? process.env[variable] : RED.util.getSetting(running.node, variable);
  const config = readConfig(type, { ...settings, id, type }, lookup);
  const fresh = readCredentials(type, { credentials: typed }, lookup);
  const deployed = running?.reference;
  const stored = deployed === undefined || deployed instanceof SentinelError ? undefined : deployed;
  if (stored === undefined) return kind.account({ id, config, credentials: fresh });
  const needed = Object.keys(stored.credentials).filter(
    (field) => stored.credentials[field] !== '' && !(field in fresh),
  );
  if (needed.length > 0 && kind.goesTo(config) !== kind.goesTo(stored.config)) {
    throw new SentinelError('ES_BAD_CONFIG', 'A stored password or token is not sent to another address.', {
      hint: 'Enter it again, or deploy first.',
    });
  }
  return kind.account({ id, config, credentials: { ...stored.credentials, ...fresh } });
}

function originOf(address: string): string {
  return URL.parse(address)?.origin ?? address;
}
