import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { normaliseRecipients } from '../../src/alerting/recipients.ts';
import { RtspInConfig, WhatsAppOutConfig } from '../../src/contracts/configs.ts';
import { SentinelError } from '../../src/contracts/errors.ts';
import { flowSources } from './flow-sources.ts';
import { otherChannels, type OtherChannel } from './other-channels.ts';
import { mayListenOn } from './listening.ts';
import { UsageError } from './usage-error.ts';
import { knownVariables } from './variables.ts';

/** The WhatsApp account of the environment. */
export interface OwnAccount {
  phoneNumberId: string;
  accessToken: string;
  recipients: string;
}

/** What environment variables change in the flow that `npm start` writes. */
export interface FlowWishes {
  siteName?: string;
  rate?: number;
  /** Absolute path of the mask file of the first camera. */
  maskFile?: string;
  cooldownSeconds?: number;
  account?: OwnAccount;
  /** Mail, SMS, webhook and ntfy, beside WhatsApp. */
  channels?: readonly OtherChannel[];
}

/** A variable that is used, in words without its secret. */
export interface UsedVariable {
  name: string;
  says: string;
  /** Whether it changes the flow; a flow that somebody edited is not changed. */
  inFlow: boolean;
}

export interface StartEnvironment {
  source?: string;
  host?: string;
  port?: number;
  wishes: FlowWishes;
  used: readonly UsedVariable[];
  /** Sentences about variables that are not used. */
  notes: readonly string[];
}

/** What the command line says itself; it wins. */
export interface Given {
  source: boolean;
  host: boolean;
  port: boolean;
}

const accountVariables = ['WHATSAPP_PHONE_ID', 'WHATSAPP_ACCESS_TOKEN', 'TO_NUMBER'] as const;

/** Collects what the variables come to, while they are read one by one. */
interface Reading {
  readonly given: Given;
  readonly env: NodeJS.ProcessEnv;
  readonly result: StartEnvironment & { used: UsedVariable[]; notes: string[] };
  /** Hands on a variable that is set and not empty. */
  when: (name: string, take: (value: string) => void) => void;
  use: (name: string, says: string, inFlow?: boolean) => void;
}

/**
 * The environment variables of the systems that people come from. Those that may have been set for somebody else, HOST
 * and PORT, are left aside where they do not fit; all others must.
 * @throws UsageError naming the variable that is wrong.
 */
export function readEnvironment(env: NodeJS.ProcessEnv, given: Given): StartEnvironment {
  const result: Reading['result'] = { wishes: {}, used: [], notes: [] };
  const reading: Reading = {
    ...{ given, env, result },
    when: (name, take) => {
      const value = valueOf(env, name);
      if (value !== '') take(value);
    },
    use: (name, says, inFlow = true) => {
      result.used.push({ name, says, inFlow });
    },
  };
  readCamera(reading);
  readAccount(reading);
  readChannels(reading);
  readListening(reading);
  result.notes.push(...withoutMeaning(env));
  return result;
}

function readCamera({ given, result, when, use }: Reading): void {
  const { wishes, notes } = result;
  when('RTSP_URL', (address) => {
    if (given.source) {
      notes.push('RTSP_URL is not used: --source is given.');
      return;
    }
    result.source = checkedSource(address);
    use('RTSP_URL', 'camera 1');
  });
  when('SITE_NAME', (name) => {
    wishes.siteName = name;
    use('SITE_NAME', 'the name of the site');
  });
  when('FRAME_RATE', (text) => {
    wishes.rate = numberOf('FRAME_RATE', text, RtspInConfig.properties.rate);
    use('FRAME_RATE', `${wishes.rate} frames a second`);
  });
  when('ROI_MASK_PATH', (path) => {
    if (!given.source && result.source === undefined) {
      notes.push('ROI_MASK_PATH is not used: it belongs to a camera of RTSP_URL or --source.');
      return;
    }
    if (!existsSync(path)) throw new UsageError(`ROI_MASK_PATH: There is no file ${path}.`);
    wishes.maskFile = resolve(path);
    use('ROI_MASK_PATH', 'what is black in this picture is blacked out in camera 1');
  });
  when('AUDIO_SR', (text) => {
    if (Number(text) !== 16_000)
      throw new UsageError('AUDIO_SR can only be 16000: that is what the sound models hear.');
    use('AUDIO_SR', '16000, as the sound models hear', false);
  });
}

function readAccount({ env, result, when, use }: Reading): void {
  const { wishes, notes } = result;
  when('ALERT_COOLDOWN_SECONDS', (text) => {
    wishes.cooldownSeconds = numberOf('ALERT_COOLDOWN_SECONDS', text, WhatsAppOutConfig.properties.cooldownSeconds);
    use('ALERT_COOLDOWN_SECONDS', `${wishes.cooldownSeconds} s of silence after an alert`);
  });
  const missing = accountVariables.filter((name) => valueOf(env, name) === '');
  if (missing.length === accountVariables.length) return;
  if (missing.length > 0) {
    notes.push(`The WhatsApp account of the environment is not used: ${missing.join(' and ')} must be set too.`);
    return;
  }
  wishes.account = checkedAccount(env);
  const people = wishes.account.recipients.split(',').length;
  use('WHATSAPP_PHONE_ID', 'the WhatsApp account');
  use('WHATSAPP_ACCESS_TOKEN', 'its access token, kept in the credentials');
  use('TO_NUMBER', people === 1 ? 'one person is told' : `${people} people are told`);
}

function readChannels({ env, result, use }: Reading): void {
  const channels = otherChannels((name) => valueOf(env, name), {
    used: use,
    note: (sentence) => {
      result.notes.push(sentence);
    },
  });
  if (channels.length > 0) result.wishes.channels = channels;
}

/** Shells export HOST as the name of the machine, hosters set PORT: neither may keep Node-RED from starting. */
function readListening({ env, given, result, when, use }: Reading): void {
  const { notes } = result;
  when('HOST', (host) => {
    if (given.host) return;
    if (isIP(host) === 0 && host !== 'localhost') {
      notes.push('HOST is not used: it is neither an IP address nor localhost.');
    } else if (!mayListenOn(host, env)) {
      const password = 'ECHOSIGHT_ADMIN_PASSWORD (8 characters or more)';
      notes.push(`HOST=${host} is not used without ${password}: Node-RED stays on 127.0.0.1.`);
    } else {
      result.host = host;
      use('HOST', 'the address that Node-RED listens on', false);
    }
  });
  when('PORT', (port) => {
    if (given.port) return;
    if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_534) {
      notes.push('PORT is not used: it is no number from 1 to 65534.');
      return;
    }
    result.port = Number(port);
    use('PORT', `Node-RED listens on ${port}`, false);
  });
}

/** Known variables that mean nothing here, in one line. */
function withoutMeaning(env: NodeJS.ProcessEnv): string[] {
  const idle = knownVariables.filter(({ name, instead }) => instead !== undefined && valueOf(env, name) !== '');
  if (idle.length === 0) return [];
  const names = idle.map(({ name }) => name).join(', ');
  return [`Known, but without a meaning in this version (docs/environment.md says why): ${names}.`];
}

function checkedSource(address: string): string {
  try {
    flowSources([address]);
    return address;
  } catch (error) {
    if (error instanceof UsageError) throw new UsageError(`RTSP_URL: ${error.message}`);
    throw error;
  }
}

function numberOf(name: string, text: string, schema: object): number {
  const { minimum = 0, maximum = Infinity } = schema as { minimum?: number; maximum?: number };
  const number = Number(text);
  if (number >= minimum && number <= maximum) return number;
  throw new UsageError(`${name} wants a number from ${minimum} to ${maximum}.`);
}

function checkedAccount(env: NodeJS.ProcessEnv): OwnAccount {
  const [phoneNumberId = '', accessToken = '', list = ''] = accountVariables.map((name) => valueOf(env, name));
  if (!/^\d{1,32}$/.test(phoneNumberId)) {
    throw new UsageError('WHATSAPP_PHONE_ID wants the phone number ID of the developer console: digits only.');
  }
  if (!/^[\x21-\x7e]+$/.test(accessToken)) throw new UsageError('WHATSAPP_ACCESS_TOKEN is not one word.');
  try {
    const recipients = normaliseRecipients(list.split(',')).map((number) => `+${number}`);
    return { phoneNumberId, accessToken, recipients: recipients.join(', ') };
  } catch (error) {
    if (error instanceof SentinelError) throw new UsageError(`TO_NUMBER: ${error.message} ${error.hint ?? ''}`.trim());
    throw error;
  }
}

function valueOf(env: NodeJS.ProcessEnv, name: string): string {
  return (env[name] ?? '').trim();
}
