import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ServiceLeases } from '../../../src/site/service-leases.ts';

class Service {
  closed = false;
  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }
}

describe('service leases', () => {
  test('users of one key share a service that is made on first use and survives a deploy', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let made = 0;
    const gone: string[] = [];
    const leases = new ServiceLeases<Service>((key) => gone.push(key));
    const make = () => {
      made += 1;
      return new Service();
    };
    const first = leases.lease('model', make);
    assert.equal(made, 0);
    const service = first.get();
    first.release();
    first.release();
    t.mock.timers.tick(9000);
    const second = leases.lease('model', make);
    t.mock.timers.tick(60_000);
    assert.equal(second.get(), service);
    second.release();
    t.mock.timers.tick(10_000);
    assert.ok(service.closed);
    assert.deepEqual([made, gone], [1, ['model']]);
  });

  test('a service that cannot be made is not tried again for every frame', () => {
    let tries = 0;
    const lease = new ServiceLeases<Service>().lease('model', () => {
      tries += 1;
      throw new Error('no such model');
    });
    for (let frame = 0; frame < 50; frame++) assert.throws(() => lease.get(), /no such model/);
    assert.equal(tries, 1);
  });

  test('closing closes all, also while leases are held', async () => {
    const leases = new ServiceLeases<Service>();
    const service = leases.lease('model', () => new Service()).get();
    await leases.close();
    assert.ok(service.closed);
  });
});
