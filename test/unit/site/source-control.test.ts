import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { StateCommand } from '../../../src/contracts/commands.ts';
import { SourceControl } from '../../../src/site/source-control.ts';

/** A source that writes down what it is told; a stop takes as long as the test wants. */
function controlled() {
  const story: string[] = [];
  let stopped = Promise.resolve();
  const control = new SourceControl({
    start: () => story.push('start'),
    async stop() {
      await stopped;
      story.push('stop');
    },
    pause: () => story.push('pause'),
    resume: () => story.push('resume'),
  });
  const obey = async (...commands: StateCommand[]) => {
    for (const command of commands) await control.obey(command);
  };
  const stopsAfter = (wait: Promise<void>): void => {
    stopped = wait;
  };
  return { story, control, obey, stopsAfter };
}

describe('the control of a source', () => {
  test('runs it from the beginning, and follows each command once', async () => {
    const { story, obey } = controlled();
    await obey('start', 'pause', 'pause', 'resume', 'resume', 'stop', 'stop', 'pause', 'start', 'pause', 'start');
    assert.deepEqual(story, ['start', 'pause', 'resume', 'stop', 'start', 'pause', 'resume']);
  });

  test('what is paused can be stopped, and starts without a pause', async () => {
    const { story, obey } = controlled();
    await obey('pause', 'stop', 'start', 'pause');
    assert.deepEqual(story, ['start', 'pause', 'stop', 'start', 'pause']);
  });

  test('what is stopped cannot go on', async () => {
    const { obey } = controlled();
    await obey('stop');
    await assert.rejects(obey('resume'), { name: 'ES_BAD_INPUT', message: /stopped/ });
  });

  test('a start waits until the stop before it has ended', async () => {
    const { story, obey, stopsAfter } = controlled();
    const wait = Promise.withResolvers<undefined>();
    stopsAfter(wait.promise);
    const both = Promise.all([obey('stop'), obey('start')]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(story, ['start']);
    wait.resolve(undefined);
    await both;
    assert.deepEqual(story, ['start', 'stop', 'start']);
  });

  test('a change starts anew, and what is paused or stopped stays so', async () => {
    const { story, obey, control } = controlled();
    const change = () => control.change(() => story.push('change'));
    await change();
    await obey('pause');
    await change();
    await obey('stop');
    await change();
    assert.deepEqual(story, [
      ...['start', 'stop', 'change', 'start', 'pause'],
      ...['stop', 'change', 'start', 'pause', 'stop', 'change'],
    ]);
  });

  test('once closed, nothing starts it again: not what waits, and not what comes', async () => {
    const { story, obey, control, stopsAfter } = controlled();
    const wait = Promise.withResolvers<undefined>();
    stopsAfter(wait.promise);
    const waiting = [control.change(() => undefined), obey('stop'), obey('start')];
    const closed = control.close();
    wait.resolve(undefined);
    await Promise.all([closed, ...waiting, obey('start')]);
    assert.deepEqual(
      story.filter((line) => line === 'start'),
      ['start'],
    );
  });

  test('more commands than can wait are refused', async () => {
    const { obey, stopsAfter } = controlled();
    const wait = Promise.withResolvers<undefined>();
    stopsAfter(wait.promise);
    const many = Array.from({ length: 40 }, (_, index) => obey(index % 2 === 0 ? 'stop' : 'start'));
    const settled = Promise.allSettled(many);
    wait.resolve(undefined);
    const refused = (await settled).filter(({ status }) => status === 'rejected');
    assert.equal(refused.length, 23);
  });
});
