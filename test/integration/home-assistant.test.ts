import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { Aedes } from 'aedes';
import sharp from 'sharp';
import { build, buildIsStale } from '../../scripts/build.ts';
import type { Delivery, Incident } from '../../src/contracts/messages.ts';
import { catchAll, NodeRedHost, probe, type FlowNode } from '../hosts/node-red-host.ts';
import { exampleFlow } from './example-flow.ts';

const base = 'echosight/home';
const discoveryTopic = 'homeassistant/device/echosight_home/config';

interface Component {
  p: string;
  unique_id: string;
  [key: string]: unknown;
}

interface Published {
  topic: string;
  payload: Buffer;
  retain: boolean;
  qos: number;
}

/** The example, against a real broker in which the test plays Home Assistant, Frigate and a motion sensor. */
describe('Home Assistant over MQTT', { timeout: 300_000 }, () => {
  const published: Published[] = [];
  let heard: (() => void) | undefined;
  let broker: Aedes;
  let server: ReturnType<typeof createServer>;
  let host: NodeRedHost;

  before(async () => {
    if (buildIsStale()) await build();
    broker = await Aedes.createBroker();
    broker.on('publish', ({ topic, payload, retain, qos }) => {
      published.push({ topic, payload: Buffer.from(payload), retain, qos });
      heard?.();
    });

    server = createServer(broker.handle);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    host = await NodeRedHost.start();
    await host.deploy([
      ...exampleFlow('10 Add Home Assistant over MQTT').map((node) => prepared(node, port)),
      ...['spy', 'judged', 'signals'].map(probe),
      ...catchAll(),
    ]);
  });
  after(async () => {
    await host.stop();
    await new Promise<void>((resolve) => {
      broker.close(resolve);
    });
    await new Promise((resolve) => server.close(resolve));
  });

  test('the device comes with all its entities, and every topic they name is told', async () => {
    const { payload, retain } = await told(discoveryTopic);
    assert.equal(retain, true);
    const config = JSON.parse(payload.toString()) as {
      dev: { ids: string[] };
      o: { name: string };
      cmps: Record<string, Component>;
      availability: { topic: string }[];
    };
    assert.deepEqual([config.dev.ids, config.o.name], [['echosight_home'], '@echosight/node-red-sentinel']);
    const parts = Object.values(config.cmps);
    assert.deepEqual(parts.map(({ p }) => p).sort(), [
      'binary_sensor',
      'binary_sensor',
      'event',
      'image',
      'sensor',
      'switch',
    ]);
    assert.equal(new Set(parts.map(({ unique_id }) => unique_id)).size, parts.length);
    assert.deepEqual(config.availability, [{ topic: `${base}/status` }]);
    assert.deepEqual(text(await told(`${base}/status`)), 'online');
    assert.equal(text(await told(`${base}/armed`)), 'ON');
    assert.equal(text(await told(`${base}/incident`)), 'OFF');
    // What the sample clip brings: every topic of the discovery is served, and nothing else.
    const needed = parts.flatMap((part) =>
      Object.entries(part).flatMap(([key, topic]) =>
        /^(state|image|json_attributes)_topic$/.test(key) ? [String(topic)] : [],
      ),
    );
    for (const topic of needed) await told(topic, () => true, 60_000);
    const served = published.map(({ topic }) => topic).filter((topic) => topic.startsWith(base));
    assert.deepEqual([...new Set(served)].sort(), [...needed, `${base}/status`].sort());
  });

  test('an incident changes the states, shows its picture and is an event that is not kept', async () => {
    await told(`${base}/severity`, (state) => text(state) === '3', 60_000);
    assert.equal(text(await told(`${base}/person`, (state) => text(state) === 'ON')), 'ON');
    assert.equal(text(await told(`${base}/incident`, (state) => text(state) === 'ON')), 'ON');
    const event = await told(`${base}/event`, (state) => text(state).includes('"severity":3'));
    const { event_type, reason } = JSON.parse(text(event)) as Record<string, unknown>;
    assert.deepEqual(
      { event_type, reason, retain: event.retain },
      { event_type: 'glass_break', reason: 'person+glass_break', retain: false },
    );
    const attributes = await told(`${base}/severity/attributes`, (state) => text(state).includes('person+glass_break'));
    assert.ok((JSON.parse(text(attributes)) as Incident).explanation.length > 0);
    const snapshot = await told(`${base}/snapshot`);
    assert.equal((await sharp(snapshot.payload).metadata()).format, 'jpeg');
    assert.ok([attributes, snapshot].every(({ retain }) => retain));
    published.length = 0;
    await told(`${base}/person`, (state) => text(state) === 'OFF', 60_000);
  });

  test('when Home Assistant starts anew, discovery and states are told again', async () => {
    published.length = 0;
    publish('homeassistant/status', 'online');
    await told(discoveryTopic);
    for (const topic of ['person', 'incident', 'severity', 'severity/attributes', 'snapshot', 'armed'])
      await told(`${base}/${topic}`);
    const order = published.map(({ topic }) => topic).filter((topic) => topic !== 'homeassistant/status');
    assert.equal(order[0], discoveryTopic);
    assert.ok(!order.includes(`${base}/event`), 'an event is not told twice');
  });

  test('the switch disarms, and anything but ON and OFF is no command', async () => {
    published.length = 0;
    host.seen.length = 0;
    publish(`${base}/armed/set`, 'maybe');
    publish(`${base}/armed/set`, 'OFF');
    assert.equal(text(await told(`${base}/armed`)), 'OFF');
    frigate({ id: 'a', camera: 'yard', frame_time: Date.now() / 1000 });
    const { payload } = await host.waitFor('judged', ({ payload }) => (payload as Incident).area === 'yard');
    assert.equal((payload as Incident).signals[0]?.source, 'frigate-yard');
    publish(`${base}/armed/set`, 'ON');
    await told(`${base}/armed`, (state) => text(state) === 'ON');
    frigate({ id: 'b', camera: 'garden', frame_time: Date.now() / 1000 });
    await host.waitFor('spy', ({ payload }) => (payload as Delivery).area === 'garden');
    const areas = host.messages('spy').map(({ payload }) => (payload as Delivery).area);
    assert.ok(!areas.includes('yard'), 'told while disarmed');
  });

  test('a motion sensor and Frigate are signals; what is false, old or over is none', async () => {
    host.seen.length = 0;
    const now = Date.now() / 1000;
    frigate({ id: 'b', frame_time: now, label: 'car' }, 'end');
    frigate({ id: 'c', frame_time: now, label: 'bird', false_positive: true });
    frigate({ id: 'd', frame_time: now, label: 'yell' });
    frigate({ id: 'd', frame_time: now - 1, label: 'dog' });
    publish('zigbee2mqtt/hall-motion', '{"occupancy":false}');
    publish('zigbee2mqtt/hall-motion', 'not JSON');
    publish('zigbee2mqtt/hall-motion', '{"occupancy":true,"battery":90}');
    await host.waitFor('signals', ({ payload }) => (payload as { label: string }).label === 'motion');
    const labels = host.messages('signals').map(({ payload }) => (payload as { label: string }).label);
    assert.deepEqual(labels, ['scream', 'motion']);
  });

  test('a connection that breaks makes the device unavailable, and it comes back by itself', async () => {
    published.length = 0;
    for (const client of Object.values(clientsOf(broker))) client.conn.destroy();
    const gone = await told(`${base}/status`, (state) => text(state) === 'offline');
    assert.equal(gone.retain, true);
    await told(`${base}/status`, (state) => text(state) === 'online');
  });

  function prepared(node: FlowNode, port: number): FlowNode {
    const spied: Record<string, string> = {
      'ha-tell': 'probe-spy',
      'ha-fuse': 'probe-judged',
      'ha-from-frigate': 'probe-signals',
      'ha-from-pir': 'probe-signals',
    };
    const probeId = spied[node.id];
    const wires = node.wires?.map((wire, index) => (index === 0 && probeId !== undefined ? [...wire, probeId] : wire));
    const broker = node.type === 'mqtt-broker' ? { broker: '127.0.0.1', port } : {};
    // Frigate's person alone is a notice.
    const sooner = node.type === 'whatsapp-out' ? { minimumSeverity: 1 } : {};
    return { ...node, ...broker, ...sooner, ...(wires === undefined ? {} : { wires }) };
  }

  function publish(topic: string, payload: string): void {
    broker.publish({ cmd: 'publish', topic, payload, qos: 1, retain: false, dup: false }, () => undefined);
  }

  function frigate(after: object, type = 'new'): void {
    const event = {
      camera: 'entrance',
      label: 'person',
      score: 0.8,
      top_score: 0.8,
      false_positive: false,
      stationary: false,
    };
    publish('frigate/events', JSON.stringify({ type, before: event, after: { ...event, ...after } }));
  }

  /** The first message of a topic that fits, past or to come. */
  async function told(
    topic: string,
    fits: (message: Published) => boolean = () => true,
    ms = 20_000,
  ): Promise<Published> {
    const until = Date.now() + ms;
    for (;;) {
      const found = published.find((message) => message.topic === topic && fits(message));
      if (found !== undefined) return found;
      assert.ok(
        Date.now() < until,
        `nothing fitting on ${topic}: ${[...new Set(published.map((one) => one.topic))].join(', ')}`,
      );
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, 500);
        heard = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    }
  }
});

function text({ payload }: Published): string {
  return payload.toString();
}

function clientsOf(broker: Aedes): Record<string, { conn: { destroy(): void } }> {
  return (broker as unknown as { clients: Record<string, { conn: { destroy(): void } }> }).clients;
}
