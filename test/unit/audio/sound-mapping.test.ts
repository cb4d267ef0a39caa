import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ownMapping, parseSoundTable, shippedMapping } from '../../../src/audio/sound-mapping.ts';

describe('the table of sound classes', () => {
  test('as shipped has our four classes', () => {
    const { classes, thresholds, suppressors, impacts } = shippedMapping();
    assert.deepEqual(Object.keys(classes), ['glass_break', 'gunshot', 'scream', 'forced_entry']);
    assert.deepEqual(thresholds, {});
    assert.ok(suppressors.gunshot?.includes('Thunder'));
    assert.ok(impacts.includes('Slam') && !impacts.includes('Door') && !impacts.includes('Knock'));
  });

  test("of a user's own leaves the rest as shipped", () => {
    const shipped = shippedMapping();
    const own = ownMapping({
      classes: {
        ...{ gunshot: 'Explosion', siren: 'Siren' },
        dog_bark: { max: ['Dog', { clamp: { sum: { Bark: 2 } } }], threshold: 0.8 },
      },
      suppressors: { dog_bark: ['Cat'] },
    });
    assert.deepEqual(own.classes, {
      ...shipped.classes,
      gunshot: 'Explosion',
      siren: 'Siren',
      dog_bark: { max: ['Dog', { clamp: { sum: { Bark: 2 } } }] },
    });
    assert.deepEqual(own.thresholds, { siren: 0.5, dog_bark: 0.8 });
    assert.deepEqual(own.suppressors, { ...shipped.suppressors, dog_bark: ['Cat'] });
    assert.deepEqual(own.impacts, shipped.impacts);
    assert.equal(shippedMapping().classes.dog_bark, undefined);
  });

  const nested = (depth: number): unknown => (depth === 0 ? 'Dog' : { clamp: nested(depth - 1) });
  const wrong: [what: string, table: unknown, message: RegExp][] = [
    ['no object', [], /it must be an object/],
    ['an unknown part', { klasses: {} }, /klasses is none of/],
    ['a class with a bad name', { classes: { 'Glass!': 'Glass' } }, /classes\.Glass! must be named/],
    ['a class with a name of JavaScript', JSON.parse('{"classes":{"__proto__":"Glass"}}'), /classes\.__proto__ must/],
    ['our name for the unexplained', { classes: { loud_unknown: 'Glass' } }, /is a name of ours/],
    ['a number for a term', { classes: { x: 5 } }, /classes\.x must be an object/],
    ['an unknown term', { classes: { x: { min: ['Dog'] } } }, /classes\.x must be the name .* sum, max, clamp/],
    ['two terms in one', { classes: { x: { max: ['Dog'], sum: { Dog: 1 } } } }, /classes\.x must be the name/],
    ['an empty list', { classes: { x: { max: [] } } }, /classes\.x\.max must be a list/],
    ['a weight that is none', { classes: { x: { sum: { Dog: '1' } } } }, /classes\.x\.sum\.Dog must be a number/],
    ['an endless weight', { classes: { x: { sum: { Dog: Infinity } } } }, /must be a number/],
    ['a term deep inside', { classes: { x: { max: ['Dog', { clamp: 7 }] } } }, /classes\.x\.max\[1\]\.clamp must/],
    ['deep nesting', { classes: { x: nested(50) } }, /nested too deeply/],
    ['thousands of terms', { classes: { x: { max: Array<string>(5000).fill('Dog') } } }, /one term too many/],
    [
      'hundreds of classes',
      { classes: Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`c${index}`, 'Dog'])) },
      /more than 32/,
    ],
    ['a threshold beyond 1', { classes: { x: { max: ['Dog'], threshold: 2 } } }, /x\.threshold must be/],
    [
      'a threshold that the dialog has',
      { classes: { gunshot: { max: ['Bang'], threshold: 0.5 } } },
      /field of its own/,
    ],
    ['what suppresses nothing', { suppressors: { unicorn: ['Horse'] } }, /suppressors\.unicorn is none of the classes/],
    ['impacts that are no list', { impacts: 'Slam' }, /impacts must be a list/],
    ['an empty name', { impacts: ['Slam', ''] }, /impacts\[1\] must be the name/],
  ];
  for (const [what, table, message] of wrong) {
    test(`is refused with ${what}, by its place`, () => {
      assert.throws(() => ownMapping(table), { name: 'ES_BAD_CONFIG', message });
    });
  }

  test('as text: nothing, JSON, or what is no JSON', () => {
    assert.equal(parseSoundTable('  '), undefined);
    assert.deepEqual(parseSoundTable('{"impacts": []}'), { impacts: [] });
    assert.throws(() => parseSoundTable('{"impacts": ['), { name: 'ES_BAD_CONFIG', message: /no JSON/ });
    assert.throws(() => parseSoundTable('[]'), { name: 'ES_BAD_CONFIG', message: /must be an object/ });
  });
});
