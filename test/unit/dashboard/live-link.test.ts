import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { LiveLink, type LiveEvents, type LivePorts } from '../../../dashboard/incidents/live-link.ts';
import type { LiveMessage } from '../../../src/contracts/api.ts';
import { neverArmed } from '../../../src/contracts/arming.ts';
import { incident } from './incident.ts';

interface Connection {
  query: { ticket: string; since?: string; epoch?: string };
  events: LiveEvents;
  isOpen: boolean;
}

/** A server, a network and a clock, all turned by hand. */
class World implements LivePorts {
  readonly connections: Connection[] = [];
  readonly waits: { ms: number; run: () => void }[] = [];
  readonly told: string[] = [];
  isReachable = true;
  tickets = 0;
  readonly link = new LiveLink(this, {
    live: (resumed) => this.told.push(resumed ? 'resumed' : 'live'),
    incident: ({ id }) => this.told.push(id),
    arming: ({ mode }) => this.told.push(`mode ${mode}`),
    lost: (_, reachable) => this.told.push(reachable ? 'socket lost' : 'lost'),
  });

  ticket(): Promise<string> {
    this.tickets += 1;
    return this.isReachable ? Promise.resolve(`ticket-${this.tickets}`) : Promise.reject(new Error('unreachable'));
  }
  connect(query: Connection['query'], events: LiveEvents): () => void {
    const connection = { query, events, isOpen: true };
    this.connections.push(connection);
    return () => (connection.isOpen = false);
  }
  check(): Promise<void> {
    return this.isReachable ? Promise.resolve() : Promise.reject(new Error('unreachable'));
  }
  wait(ms: number, run: () => void): () => void {
    const wait = { ms, run };
    this.waits.push(wait);
    return () => {
      const at = this.waits.indexOf(wait);
      if (at >= 0) this.waits.splice(at, 1);
    };
  }
  random(): number {
    return 0.5;
  }

  get last(): Connection {
    const connection = this.connections.at(-1);
    assert.ok(connection);
    return connection;
  }
  say(message: LiveMessage): void {
    this.last.events.message(JSON.stringify(message));
  }
  /** Lets the one wait that there is be over. */
  async pass(): Promise<number> {
    assert.equal(this.waits.length, 1);
    const [wait] = this.waits.splice(0);
    wait?.run();
    await turn();
    return wait?.ms ?? 0;
  }
}

const hello = (seq: number, resumed = false): LiveMessage => ({ type: 'hello', seq, epoch: 'one', resumed });

async function liveWorld(): Promise<World> {
  const world = new World();
  world.link.start();
  await turn();
  world.say(hello(7));
  return world;
}

describe('the live link of the page', () => {
  test('connects with a ticket and passes on what comes', async () => {
    const world = await liveWorld();
    assert.deepEqual(world.last.query, { ticket: 'ticket-1' });
    world.say({ type: 'incident', seq: 8, incident: incident('a') });
    const arming = { ...neverArmed, mode: 'night', site: 'home', siteName: 'Home', kept: true };
    world.say({ type: 'arming', seq: 9, arming });
    assert.deepEqual(world.told, ['live', 'a', 'mode night']);
  });

  test('takes up where it was cut off, with a new ticket', async () => {
    const world = await liveWorld();
    world.say({ type: 'incident', seq: 8, incident: incident('a') });
    world.last.events.closed(1006);
    assert.equal(await world.pass(), 700);
    assert.deepEqual(world.last.query, { ticket: 'ticket-2', since: '8', epoch: 'one' });
    world.say(hello(9, true));
    world.last.events.closed(1006);
    await world.pass();
    // What the resumed connection had not told yet is asked for again.
    assert.equal(world.last.query.since, '8');
    assert.deepEqual(world.told, ['live', 'a', 'lost', 'resumed', 'lost']);
  });

  test('waits longer from try to try, never more than 15 s, and begins anew after a success', async () => {
    const world = await liveWorld();
    world.isReachable = false;
    world.last.events.closed(1006);
    const waits: number[] = [];
    for (let tries = 0; tries < 7; tries++) waits.push(await world.pass());
    assert.deepEqual(waits, [700, 1400, 2800, 5600, 11_200, 15_000, 15_000]);
    world.isReachable = true;
    await world.pass();
    world.say(hello(7, true));
    world.last.events.closed(1006);
    assert.equal(await world.pass(), 700);
  });

  test('says when HTTP works and only the socket does not', async () => {
    const world = new World();
    world.link.start();
    await turn();
    world.last.events.closed(1006);
    assert.deepEqual(world.told, ['socket lost']);
    await world.pass();
    await world.pass();
    assert.deepEqual(world.told, ['socket lost', 'socket lost']);
    assert.equal(world.connections[1]?.isOpen, false);
  });

  test('notices a cable that was pulled', async () => {
    const world = await liveWorld();
    await world.pass();
    assert.deepEqual(world.told, ['live']);
    world.isReachable = false;
    await world.pass();
    assert.deepEqual(world.told, ['live', 'lost']);
    assert.equal(world.last.isOpen, false);
  });

  test('does not wait when the network is back', async () => {
    const world = await liveWorld();
    world.link.drop(new Error('offline'));
    world.link.retryNow();
    await turn();
    assert.equal(world.connections.length, 2);
    world.link.retryNow();
    await turn();
    assert.equal(world.connections.length, 2);
  });

  test('stays away for a while from a server that sent it off', async () => {
    const world = await liveWorld();
    world.last.events.closed(1008);
    assert.equal(await world.pass(), 30_000);
  });

  test('is silent once it was stopped, whatever is under way', async () => {
    const world = new World();
    world.link.start();
    world.link.stop();
    await turn();
    assert.deepEqual([world.connections.length, world.waits.length], [0, 0]);
    const other = await liveWorld();
    other.link.stop();
    assert.equal(other.last.isOpen, false);
    other.say({ type: 'incident', seq: 8, incident: incident('late') });
    other.last.events.closed(1006);
    assert.deepEqual([other.told, other.waits.length], [['live'], 0]);
  });
});
