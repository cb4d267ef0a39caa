import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDisarmed, modeChoices, withArming } from '../../../dashboard/mode-switch.ts';
import { neverArmed, type SiteArming } from '../../../src/contracts/arming.ts';

const arming = (site: string, mode: string): SiteArming => ({
  ...{ ...neverArmed, mode, counting: mode, how: 'api' },
  ...{ site, siteName: site, kept: true },
});

describe('the switch of modes', () => {
  test('offers what everybody knows, and the mode of its own that is set', () => {
    const chosen = (mode: string) =>
      modeChoices(arming('home', mode)).map((choice) => (choice.isChosen ? `[${choice.mode}]` : choice.mode));
    assert.deepEqual(chosen('night'), ['disarmed', 'home', 'away', '[night]']);
    assert.deepEqual(chosen('holiday'), ['disarmed', 'home', 'away', 'night', '[holiday]']);
  });

  test('says that nothing counts only when it does: not before the time to leave is over', () => {
    assert.equal(isDisarmed(arming('home', 'disarmed')), true);
    assert.equal(isDisarmed({ ...arming('home', 'away'), counting: 'disarmed' }), true);
    assert.equal(isDisarmed(arming('home', 'away')), false);
  });

  test('keeps the sites in their order', () => {
    const before = [arming('home', 'away'), arming('shop', 'away')];
    const after = withArming(before, arming('home', 'disarmed'));
    assert.deepEqual(
      after.map(({ site, mode }) => `${site} ${mode}`),
      ['home disarmed', 'shop away'],
    );
    assert.equal(withArming(after, arming('attic', 'home')).length, 3);
    assert.equal(before[0]?.mode, 'away');
  });
});
