import assert from 'node:assert/strict';
import { startSandbox, type Sandbox, type SandboxMessage } from '../../scripts/demo/whatsapp-sandbox.ts';
import { defaultRules } from '../../src/contracts/configs.ts';
import type { HealthReport, SiteHealth } from '../../src/contracts/health.ts';
import type { Delivery, Incident, StreamStatus } from '../../src/contracts/messages.ts';
import { personJpeg } from '../demo-media.ts';
import { NodeRedHost, type FlowNode } from '../hosts/node-red-host.ts';
import { incident } from '../unit/alerting/incident.ts';
import { until, vitalsOf, type Vitals } from './vitals.ts';

const token = 'faults-token-4b1d';
const phoneNumberId = '100000000000042';

export const quietSeconds = 2;

export interface HouseOptions {
  /** Address of a camera; without it the house has none. */
  camera?: string;
  /** How long a camera is away before that is told; default 3. */
  offlineSeconds?: number;
  env?: Record<string, string>;
  /** Changes to nodes of the flow, by id. */
  change?: Record<string, Record<string, unknown>>;
  /** More nodes. */
  more?: FlowNode[];
}

/**
 * A whole house in a real Node-RED, with a sandbox for WhatsApp that can be taken away. Alarms come in over HTTP, and
 * everything that a user could see is collected.
 */
export class House {
  readonly options: HouseOptions;
  readonly whatsApp: Sandbox;
  /** Everything that ever arrived at a phone. */
  readonly messages: SandboxMessage[] = [];
  host: NodeRedHost;
  readonly #env: Record<string, string>;
  #alarms = 0;

  private constructor(host: NodeRedHost, env: Record<string, string>, whatsApp: Sandbox, options: HouseOptions) {
    this.host = host;
    this.options = options;
    this.whatsApp = whatsApp;
    this.#env = env;
    whatsApp.onMessage((message) => {
      if (this.messages.every(({ id }) => id !== message.id)) this.messages.push(message);
    });
  }

  static async open(t: { after: (end: () => Promise<void>) => void }, options: HouseOptions = {}): Promise<House> {
    const whatsApp = await startSandbox({ port: 0, token, phoneNumberId, latencyMs: 20 });
    t.after(() => whatsApp.close());
    const env = { ...options.env, HOUSE_SANDBOX: whatsApp.url };
    const house = new House(await NodeRedHost.start(env), env, whatsApp, options);
    t.after(() => house.host.stop());
    await house.host.deploy(await flowOf(options));
    return house;
  }

  get pid(): number {
    return this.host.pid;
  }

  vitals(): Vitals {
    return vitalsOf(this.pid);
  }

  /** When it decodes one camera and does nothing besides: what makes a clip ends by itself, what leaked does not. */
  async steadyVitals(): Promise<Vitals> {
    await until(() => this.vitals().children.join() === 'ffmpeg', 'one ffmpeg').catch(() => undefined);
    return this.vitals();
  }

  /** Starts Node-RED again after `host.kill()`, with the same user folder, as after a power cut. */
  async restart(): Promise<void> {
    const { seen, log, userDir } = this.host;
    this.host = await NodeRedHost.start(this.#env, userDir);
    this.host.seen.unshift(...seen);
    this.host.log = log + this.host.log;
  }

  /** An incident comes up. @returns its id, which is the text of its alert too. */
  async alarm(fields: Partial<Incident> = {}): Promise<string> {
    const id = `alarm-${(this.#alarms += 1)}`;
    await this.post({ ...incident({ id, label: id, reason: id, site: 'house' }), ...fields });
    return id;
  }

  async post(payload: Incident): Promise<void> {
    const body = JSON.stringify(payload);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${this.host.url}/alarm`, { method: 'POST', headers, body });
    assert.equal(response.status, 202);
  }

  /** How often the text of an alert arrived. */
  told(text: string): number {
    return this.messages.filter((message) => message.type === 'text' && message.text === text).length;
  }

  /** Waits until the text of every one of these has arrived. @returns how many came twice. */
  async arrived(ids: readonly string[], ms = 60_000): Promise<number> {
    const { lost, duplicates } = await this.arrivals(ids, ms);
    if (lost.length > 0) assert.fail(`${lost.join(', ')} missing; log:\n${this.host.log.slice(-3000)}`);
    return duplicates;
  }

  /** Waits for the texts of all of these. @returns those that had not come after `ms`, and how many came twice. */
  async arrivals(ids: readonly string[], ms: number): Promise<{ lost: string[]; duplicates: number }> {
    const missing = (): string[] => ids.filter((id) => this.told(id) === 0);
    await until(() => missing().length === 0, 'all alerts arrived', ms).catch(() => undefined);
    return { lost: missing(), duplicates: ids.reduce((sum, id) => sum + Math.max(0, this.told(id) - 1), 0) };
  }

  async health(): Promise<{ status: HealthReport['status']; site: SiteHealth }> {
    const response = await fetch(`${this.host.url}/echosight/api/v1/health`);
    const { status, sites } = (await response.json()) as HealthReport;
    const site = sites.find((one) => one.site === 'house') ?? assert.fail(`no site: ${JSON.stringify(sites)}`);
    return { status, site };
  }

  deliveries(): Delivery[] {
    return this.host.messages('delivery').map(({ payload }) => payload as Delivery);
  }

  incidents(reason: string): Incident[] {
    return this.host
      .messages('incident')
      .map(({ payload }) => payload as Incident)
      .filter((one) => one.reason === reason);
  }

  /** The statuses of the stream, in their order. */
  streams(): StreamStatus['status'][] {
    return this.host.messages('stream').map(({ payload }) => (payload as StreamStatus).status);
  }

  /** The next frame that rtsp-in sends from now on. */
  async nextFrame(ms = 60_000, probe = 'frame'): Promise<void> {
    const before = this.host.messages(probe).length;
    await until(() => this.host.messages(probe).length > before, 'a frame', ms).catch((error: unknown) => {
      assert.fail(`${String(error)}; streams ${this.streams().join(' ')}; log:\n${this.host.log.slice(-2000)}`);
    });
  }

  /** Texts under a node so far. */
  statuses(id: string): string[] {
    return this.host.messages('status').flatMap(({ status }) => {
      const { text, source } = status as { text?: string; source: { id: string } };
      return source.id === id && text !== undefined ? [text] : [];
    });
  }

  /** Errors that reached the Catch node, by name. */
  errors(): string[] {
    return this.host.messages('errors').map((message) => (message.error as { message: string }).message);
  }

  /** Nothing of what would have ended or bloated the process was ever logged. */
  assertCalm(): void {
    // Node-RED's own answer to whoever asks for the flows before it has read them.
    const log = this.host.log.replaceAll("TypeError: Cannot read properties of null (reading 'flows')", '');
    assert.doesNotMatch(log, /unhandled|uncaught|MaxListeners|TypeError|RangeError|out of memory/i);
  }
}

/** A function node that reports payload and status, but not pictures and sounds, to the test. */
export function briefProbe(name: string): FlowNode {
  const func = `const {payload, error, status} = msg;
global.get('report')(${JSON.stringify(name)}, {payload: Buffer.isBuffer(payload) ? 'bytes' : payload, error, status}); return null;`;
  return { id: `probe-${name}`, type: 'function', name, func, outputs: 1, wires: [[]] };
}

export async function flowOf({
  camera,
  offlineSeconds = 3,
  change = {},
  more = [],
}: HouseOptions): Promise<FlowNode[]> {
  const rules = defaultRules.map((rule) =>
    rule.id === 'offline' ? { ...rule, all: rule.all.map((one) => ({ ...one, forSeconds: offlineSeconds })) } : rule,
  );
  const picture = (await personJpeg()).toString('base64');
  const make = `return [{payload: msg.payload, image: Buffer.from(${JSON.stringify(picture)}, 'base64')}, {...msg, payload: 'ok'}];`;
  const nodes: FlowNode[] = [
    { id: 'site', type: 'sentinel-site', name: 'Test house', siteId: 'house', dataFolder: '' },
    {
      ...{ id: 'account', type: 'sentinel-whatsapp-account', phoneNumberId, recipients: '+15550100001' },
      ...{ baseUrl: '${HOUSE_SANDBOX}', graphVersion: 'v26.0', credentials: { accessToken: token } },
    },
    { id: 'in', type: 'http in', url: '/alarm', method: 'post', wires: [['make']] },
    { id: 'make', type: 'function', outputs: 2, func: make, wires: [['keep', 'tell'], ['reply']] },
    { id: 'reply', type: 'http response', statusCode: '202', wires: [] },
    { id: 'keep', type: 'evidence-store', site: 'site', wires: [['probe-kept']] },
    {
      ...{
        id: 'tell',
        type: 'whatsapp-out',
        site: 'site',
        account: 'account',
        template: '{label}',
        cooldownSeconds: 0,
      },
      wires: [['probe-delivery'], ['probe-delivery']],
    },
    {
      id: 'fuse',
      type: 'fuse-severity',
      site: 'site',
      rules,
      quietSeconds,
      wires: [['keep', 'tell', 'probe-incident']],
    },
    ...(camera === undefined ? [] : watching(camera)),
    { id: 'catch', type: 'catch', scope: null, uncaught: false, wires: [['probe-errors']] },
    { id: 'statuses', type: 'status', scope: null, wires: [['probe-status']] },
    ...['kept', 'delivery', 'incident', 'errors', 'status'].map(briefProbe),
    ...more,
  ];
  return nodes.map((node) => ({ ...node, ...change[node.id] }));
}

function watching(address: string): FlowNode[] {
  return [
    { id: 'camera', type: 'sentinel-camera', name: 'front', site: 'site', area: 'hall', address, audio: 'record' },
    {
      ...{ id: 'eye', type: 'rtsp-in', camera: 'camera', width: 320, rate: 5 },
      wires: [['look', 'probe-frame'], ['listen'], ['fuse', 'probe-stream']],
    },
    { id: 'look', type: 'detectron-infer', site: 'site', wires: [['fuse', 'probe-seen'], []] },
    { id: 'listen', type: 'audio-classify', site: 'site', wires: [['fuse', 'probe-heard']] },
    ...['frame', 'stream', 'seen', 'heard'].map(briefProbe),
  ];
}
