import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Frame, StreamStatusName } from '../../../src/contracts/messages.ts';
import { camerasOf, forgetPictures } from '../../../src/site/camera-list.ts';
import { HealthBoard } from '../../../src/site/health-board.ts';
import { nodePreview } from '../../../src/site/node-preview.ts';
import { livePicture } from '../../../src/site/camera-list.ts';
import { PreviewBoard } from '../../../src/site/preview-board.ts';
import { Previews } from '../../../src/vision/preview/previews.ts';
import { ManualClock } from '../manual-clock.ts';

/** A Site with cameras and detectors, as far as live pictures go. */
class House {
  readonly id: string;
  readonly name = 'Home';
  readonly clock = new ManualClock();
  readonly health = new HealthBoard();
  readonly previews = new PreviewBoard();

  constructor(id = 'home') {
    this.id = id;
  }

  detector(node: string, rate = 1): Previews {
    const previews = new Previews({
      ...{ node, model: 'm', rate, clock: this.clock, seats: this.previews.seats },
      ...{ isWired: () => false, metrics: { count: () => undefined }, failed: () => undefined },
      renderer: { jpeg: () => Promise.resolve(Buffer.from('jpeg')) },
    });
    this.previews.add(node, previews);
    return previews;
  }

  stream(source: string, status: StreamStatusName, node = source): void {
    const payload = { v: 1, kind: 'stream-status', site: 'home', area: 'yard', source } as const;
    const capturedAt = this.clock.now();
    this.health.source(node, 'camera', { ...payload, capturedAt, status, detail: `is ${status}`, attempt: 0 });
  }

  async see(previews: Previews, source: string, capturedAt = this.clock.now() + 1000, site = this.id): Promise<void> {
    this.clock.advance(1000);
    const frame: Frame = {
      ...{ v: 1, kind: 'frame', site, area: 'yard', source, seq: 1, capturedAt },
      ...{ width: 1, height: 1, encoding: 'rgb24' },
    };
    await previews.show(frame, Buffer.alloc(3), []);
  }

  asked(query: Record<string, string>) {
    return nodePreview(new URLSearchParams(query), [this]);
  }
}

describe('the cameras of a house', () => {
  test('are those that stream, also when nothing looks at them or they are offline, and no microphones', async () => {
    const house = new House();
    house.stream('door', 'backing-off');
    house.stream('attic', 'connected');
    const sound = { v: 1, kind: 'stream-status', site: 'home', area: 'hall', source: 'mic', capturedAt: 5 } as const;
    house.health.source('mic', 'microphone', { ...sound, status: 'connected', detail: '', attempt: 0 });
    const detector = house.detector('n1');
    await house.see(detector, 'attic');
    await house.see(detector, 'own');
    detector.fault = 'no model at /secret/path';
    const cameras = camerasOf([house]);
    assert.deepEqual(
      cameras.map(({ source, status, previews }) => [source, status, previews.length]),
      [
        ['attic', 'connected', 1],
        ['door', 'backing-off', 0],
        ['own', undefined, 1],
      ],
    );
    assert.deepEqual(cameras[0]?.previews[0]?.detects, false);
    assert.doesNotMatch(JSON.stringify(cameras), /secret/);
  });

  test('are connected when one of their nodes says so', () => {
    const house = new House();
    for (const order of [
      ['connected', 'stopped'],
      ['stopped', 'connected'],
    ] as const) {
      order.forEach((status, index) => {
        house.stream('door', status, `node-${index}`);
      });
      assert.deepEqual(
        camerasOf([house]).map(({ status }) => status),
        ['connected'],
      );
    }
  });

  test('show nothing while they are paused or stopped', async () => {
    const house = new House();
    const detector = house.detector('n1');
    house.stream('door', 'connected');
    await house.see(detector, 'door');
    const [{ id } = { id: '' }] = house.previews.all;
    assert.equal(livePicture([house], id), undefined);
    await house.see(detector, 'door');
    assert.notEqual(livePicture([house], id), undefined);
    for (const status of ['paused', 'stopped'] as const) {
      house.stream('door', status);
      assert.equal(livePicture([house], id), undefined, status);
    }
    house.clock.advance(1);
    house.stream('door', 'connected');
    assert.equal(livePicture([house], id), undefined, 'nor what was seen before');
    await house.see(detector, 'door');
    assert.notEqual(livePicture([house], id), undefined);
    assert.equal(livePicture([house], 'f'.repeat(32)), 'unknown');
  });
});

describe('a camera of another site than its detector', () => {
  const setUp = async () => {
    const [yard, hub] = [new House('yard'), new House('hub')];
    const detector = hub.detector('n1');
    yard.stream('door', 'connected');
    // Its frames name the site of the camera.
    const see = () => hub.see(detector, 'door', undefined, 'yard');
    await see();
    const [{ id } = { id: '' }] = hub.previews.all;
    const sites = [yard, hub];
    livePicture(sites, id);
    await see();
    return { yard, hub, see, id, sites, picture: () => livePicture(sites, id) };
  };

  test('is one camera, of its own site', async () => {
    const { sites } = await setUp();
    const cameras = camerasOf(sites).map(({ site, source, status, previews }) => [
      site,
      source,
      status,
      previews.length,
    ]);
    assert.deepEqual(cameras, [['yard', 'door', 'connected', 1]]);
  });

  test('shows nothing while it is paused or stopped, nor anything of before', async () => {
    const { yard, hub, see, picture } = await setUp();
    assert.notEqual(picture(), undefined);
    for (const status of ['paused', 'stopped'] as const) {
      yard.stream('door', status);
      await see();
      assert.equal(picture(), undefined, status);
      assert.deepEqual(nodePreview(new URLSearchParams({ id: 'n1' }), [yard, hub]).picture, undefined);
    }
    yard.clock.advance(hub.clock.now() - yard.clock.now() + 1);
    yard.stream('door', 'connected');
    assert.equal(picture(), undefined);
    await see();
    assert.notEqual(picture(), undefined);
  });

  test('is not taken for one of the same name in the site of the detector', async () => {
    const { hub, picture, sites } = await setUp();
    hub.stream('door', 'paused');
    assert.notEqual(picture(), undefined);
    assert.deepEqual(
      camerasOf(sites).map(({ site, previews }) => [site, previews.length]),
      [
        ['hub', 0],
        ['yard', 1],
      ],
    );
    forgetPictures({ site: 'hub', source: 'door' }, sites);
    assert.notEqual(picture(), undefined);
    forgetPictures({ site: 'yard', source: 'door' }, sites);
    assert.equal(picture(), 'unknown');
  });
});

describe('a camera that goes', () => {
  test('is not in the list any more, nor is its picture: the next one may have another mask', async () => {
    const house = new House();
    const detector = house.detector('n1');
    house.stream('door', 'connected');
    await house.see(detector, 'door');
    const [{ id } = { id: '' }] = house.previews.all;
    livePicture([house], id);
    await house.see(detector, 'door');
    assert.notEqual(livePicture([house], id), undefined);
    house.health.forgetSource('door');
    forgetPictures({ site: 'home', source: 'door' }, [house]);
    assert.deepEqual(camerasOf([house]), []);
    assert.equal(livePicture([house], id), 'unknown');
    house.clock.advance(1);
    house.stream('door', 'connecting');
    await house.see(detector, 'door');
    assert.equal(livePicture([house], id), undefined);
  });

  test('shows nothing of a frame that was under way when the next one began', async () => {
    const house = new House();
    const detector = house.detector('n1');
    house.stream('door', 'connected');
    await house.see(detector, 'door');
    const [{ id } = { id: '' }] = house.previews.all;
    livePicture([house], id);
    const capturedAt = house.clock.now();
    house.clock.advance(1000);
    house.stream('door', 'connecting');
    house.stream('door', 'connected');
    await house.see(detector, 'door', capturedAt);
    assert.equal(livePicture([house], id), undefined);
  });
});

describe('what the dialog of a detector is told', () => {
  test('when there is nothing to be seen: why', async () => {
    const house = new House();
    house.stream('door', 'unauthorised');
    assert.equal(house.asked({ id: 'n1' }).state, 'absent');
    house.detector('none', 0);
    assert.equal(house.asked({ id: 'none' }).state, 'off');
    const detector = house.detector('n1');
    assert.deepEqual(house.asked({ id: 'n1' }), { state: 'waiting', sources: [], streams: ['door: is unauthorised'] });
    await house.see(detector, 'door');
    detector.fault = 'The model failed.';
    const coming = house.asked({ id: 'n1' });
    assert.deepEqual([coming.state, coming.fault, coming.source], ['coming', 'The model failed.', 'door']);
    await house.see(detector, 'door');
    assert.equal(house.asked({ id: 'n1' }).state, 'live');
    house.clock.advance(11_000);
    const silent = house.asked({ id: 'n1' });
    assert.deepEqual([silent.state, silent.streams, silent.picture], ['silent', ['door: is unauthorised'], undefined]);
  });

  test('each picture once, of the source that it asks for', async () => {
    const house = new House();
    const detector = house.detector('n1');
    for (const source of ['b', 'a']) await house.see(detector, source);
    assert.equal(house.asked({ id: 'n1', source: 'b' }).state, 'coming');
    await house.see(detector, 'b');
    const first = house.asked({ id: 'n1', source: 'b' });
    assert.deepEqual([first.state, first.sources, first.source], ['live', ['a', 'b'], 'b']);
    assert.equal(first.picture, `data:image/jpeg;base64,${Buffer.from('jpeg').toString('base64')}`);
    const second = house.asked({ id: 'n1', source: 'b', has: first.tag ?? '' });
    assert.deepEqual([second.state, second.picture, second.tag], ['live', undefined, first.tag]);
    assert.equal(house.asked({ id: 'n1', source: 'gone' }).source, 'a');
  });
});
