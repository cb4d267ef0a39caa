import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Confirmer, type Confirmation } from '../../../src/confirmation/confirmer.ts';

/** At which looks (x: shows it, .: does not), one every `gapMs`, the rule holds. */
function holding(rule: Confirmation, looks: string, gapMs = 200): string {
  const confirmer = new Confirmer(rule);
  return Array.from(looks, (look, index) => (confirmer.add(index * gapMs, look === 'x').holds ? 'x' : '.')).join('');
}

describe('a confirmer', () => {
  test('holds when n of the last m looks show it: one alone does not, and one missed ends nothing', () => {
    assert.equal(holding({ n: 2, of: 3 }, 'x...xx.x..xx'), '.....xxx...x');
    assert.equal(holding({ n: 3, of: 5 }, 'x.x.x....xxx'), '....x......x');
  });

  test('asks for looks in a row when n is m', () => {
    assert.equal(holding({ n: 5, of: 5 }, 'xxxx.xxxxxx.'), '.........xx.');
  });

  test('believes every look with one of one', () => {
    assert.equal(holding({ n: 1, of: 1 }, '.x.xx'), '.x.xx');
  });

  test('counts only looks of the last seconds where it is told to, however many there were', () => {
    const thrice = { n: 3, of: 50, seconds: 60 };
    assert.equal(holding(thrice, 'xxxx', 25_000), '..xx');
    assert.equal(holding(thrice, 'xxxx', 31_000), '....');
  });

  test('asks for a share of the looks of a sliding window', () => {
    const window = { share: 0.6, seconds: 2, atLeast: 5 };
    // Eleven looks of 200 ms fit into two seconds.
    assert.equal(holding(window, 'xxxxxx.....xx'), '....xxxxxx...');
    assert.equal(holding(window, 'xxxx'), '....', 'too few looks say nothing');
    assert.equal(holding(window, 'xxxxxxxx', 900), '........', 'at slow cameras too');
  });

  test('counts a look that is exactly as old as the window is long, and n looks where fewer are remembered', () => {
    assert.equal(holding({ share: 1, seconds: 2, atLeast: 2 }, 'xx', 2000), '.x');
    assert.equal(holding({ share: 1, seconds: 2, atLeast: 2 }, 'xx', 2001), '..');
    assert.equal(holding({ n: 3, of: 2 }, 'xxx'), '..x');
  });

  test('says how many of how many', () => {
    const confirmer = new Confirmer({ n: 2, of: 3 });
    confirmer.add(0, true);
    confirmer.add(1, false);
    assert.deepEqual(confirmer.add(2, true), { holds: true, n: 2, of: 3 });
    assert.deepEqual(confirmer.add(3, false), { holds: false, n: 1, of: 3 });
  });

  test('forgets looks that a clock set back left in the future', () => {
    const confirmer = new Confirmer({ n: 2, of: 10, seconds: 60 });
    confirmer.add(1_000_000, true);
    assert.deepEqual(confirmer.add(0, true), { holds: false, n: 1, of: 1 });
  });

  test('remembers no more than a bound, whatever the rule says', () => {
    const confirmer = new Confirmer({ share: 0.5, seconds: 1e9, atLeast: 1 });
    for (let look = 0; look < 5000; look += 1) confirmer.add(look, true);
    assert.equal(confirmer.state.of, 1024);
  });
});
