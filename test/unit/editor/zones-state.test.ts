import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { nodeConfigs, zoneKinds, type Point, type Zone } from '../../../src/contracts/configs.ts';
import type { SettingsSchema } from '../../../src/editor/schema-fault.ts';
import { keyAction } from '../../../src/editor/zones/key-actions.ts';
import {
  after,
  fewestCorners,
  kinds,
  limits,
  stateOf,
  type ZonesAction,
  type ZonesState,
} from '../../../src/editor/zones/state.ts';

const square: Zone = {
  ...{ name: 'Door', kind: 'zone', weight: 2 },
  points: [
    { x: 0.2, y: 0.2 },
    { x: 0.6, y: 0.2 },
    { x: 0.6, y: 0.8 },
    { x: 0.2, y: 0.8 },
  ],
};
const triangle: Zone = { name: 'Tree', kind: 'privacy', points: square.points.slice(0, 3) };

function play(state: ZonesState, ...actions: ZonesAction[]): ZonesState {
  return actions.reduce(after, state);
}
const put = (x: number, y: number): ZonesAction => ({ do: 'put', at: { x, y } });
const drawn: ZonesAction[] = [put(0.1, 0.1), put(0.5, 0.1), put(0.1, 0.6)];
const corners = (state: ZonesState, zone = 0): readonly Point[] => state.zones[zone]?.points ?? [];

describe('the zones that are being edited', () => {
  test('are drawn corner by corner, closed and chosen', () => {
    const { zones, zone, draft } = play(stateOf([]), { do: 'draw', kind: 'zone' }, ...drawn, {
      do: 'finish',
      name: 'A',
    });
    assert.deepEqual(zones, [
      {
        ...{ name: 'A', kind: 'zone', weight: 1 },
        points: [
          { x: 0.1, y: 0.1 },
          { x: 0.5, y: 0.1 },
          { x: 0.1, y: 0.6 },
        ],
      },
    ]);
    assert.deepEqual([zone, draft], [0, undefined]);
  });

  test('only zones have a weight', () => {
    const { zones } = play(stateOf([]), { do: 'draw', kind: 'privacy' }, ...drawn, { do: 'finish', name: 'A' });
    assert.equal('weight' in (zones[0] ?? {}), false);
    const made = play(stateOf([square]), { do: 'setKind', zone: 0, kind: 'ignore' });
    assert.equal('weight' in (made.zones[0] ?? {}), false);
    assert.equal(after(made, { do: 'setKind', zone: 0, kind: 'zone' }).zones[0]?.weight, 1);
  });

  test('of fewer than three corners are not closed; a double tap is one corner', () => {
    const two = play(stateOf([]), { do: 'draw', kind: 'zone' }, put(0.1, 0.1), put(0.5, 0.1), put(0.501, 0.1));
    assert.equal(two.draft?.points.length, 2);
    assert.equal(after(two, { do: 'finish', name: 'A' }), two);
  });

  test('may be lines of two corners, which become an area only with a third', () => {
    const two = play(stateOf([]), { do: 'draw', kind: 'line' }, put(0.1, 0.5), put(0.9, 0.5));
    const line = after(two, { do: 'finish', name: 'Gate' });
    assert.deepEqual(line.zones, [
      {
        name: 'Gate',
        kind: 'line',
        points: [
          { x: 0.1, y: 0.5 },
          { x: 0.9, y: 0.5 },
        ],
      },
    ]);
    assert.equal(after(line, { do: 'setKind', zone: 0, kind: 'zone' }), line);
    assert.equal(after(line, { do: 'dropCorner', zone: 0, corner: 0 }), line);
    const bent = after(line, { do: 'split', zone: 0, edge: 0 });
    assert.deepEqual(corners(bent)[1], { x: 0.5, y: 0.5 });
    assert.equal(after(bent, { do: 'setKind', zone: 0, kind: 'zone' }).zones[0]?.kind, 'zone');
  });

  test('stay on the picture', () => {
    const beyond = after(stateOf([square]), { do: 'moveCorner', zone: 0, corner: 0, to: { x: -3, y: 1.2 } });
    assert.deepEqual(corners(beyond)[0], { x: 0, y: 1 });
    const moved = after(stateOf([square]), { do: 'shift', zone: 0, by: { x: 0.9, y: -0.1 } });
    assert.deepEqual(corners(moved), [
      { x: 0.6, y: 0.1 },
      { x: 1, y: 0.1 },
      { x: 1, y: 0.7 },
      { x: 0.6, y: 0.7 },
    ]);
  });

  test('get a corner in the middle of an edge, the last one too, and lose one', () => {
    const state = after(stateOf([square]), { do: 'split', zone: 0, edge: 3 });
    assert.deepEqual([corners(state)[4], state.corner], [{ x: 0.2, y: 0.5 }, 4]);
    const back = after(state, { do: 'dropCorner', zone: 0, corner: 4 });
    assert.deepEqual([corners(back), back.corner], [square.points, undefined]);
  });

  test('keep three corners, and no more than the settings take', () => {
    const state = stateOf([triangle]);
    assert.equal(after(state, { do: 'dropCorner', zone: 0, corner: 0 }), state);
    const many = { ...triangle, points: Array.from({ length: limits.corners }, (_, at) => ({ x: at / 64, y: 0 })) };
    const full = stateOf([many]);
    assert.equal(after(full, { do: 'split', zone: 0, edge: 0 }), full);
    const crowded = stateOf(Array.from({ length: limits.zones }, () => square));
    assert.equal(after(crowded, { do: 'draw', kind: 'zone' }), crowded);
  });

  test('come back by undo, one step for one drag', () => {
    const to = (x: number): ZonesAction => ({ do: 'moveCorner', zone: 0, corner: 1, to: { x, y: 0.2 } });
    const select: ZonesAction = { do: 'select', zone: 0, corner: 1 };
    const dragged = play(stateOf([square]), select, to(0.7), to(0.8), to(0.9), select, to(0.95));
    const once = after(dragged, { do: 'undo' });
    assert.equal(corners(once)[1]?.x, 0.9);
    const twice = after(once, { do: 'undo' });
    assert.deepEqual(twice.zones, [square]);
    assert.equal(after(twice, { do: 'undo' }), twice);
  });

  test('deleted ones come back, and undo while drawing takes the last corner', () => {
    const gone = after(stateOf([square, triangle]), { do: 'remove', zone: 0 });
    assert.deepEqual([gone.zones, gone.zone], [[triangle], undefined]);
    assert.deepEqual(after(gone, { do: 'undo' }).zones, [square, triangle]);
    const state = play(stateOf([square]), { do: 'draw', kind: 'zone' }, put(0.1, 0.1), { do: 'undo' });
    assert.deepEqual([state.draft?.points, state.zones], [[], [square]]);
    assert.equal(after(state, { do: 'undo' }).draft, undefined);
  });

  test('what is done to a zone that is not there does nothing', () => {
    const state = stateOf([square]);
    for (const action of [
      { do: 'remove', zone: 3 },
      { do: 'shift', zone: 3, by: { x: 0.1, y: 0 } },
      { do: 'rename', zone: 3, name: 'x' },
      { do: 'cancel' },
      { do: 'put', at: { x: 0, y: 0 } },
    ] as const) {
      assert.equal(after(state, action), state);
    }
  });

  test('know the limits and the kinds of the settings', () => {
    const schema = JSON.parse(JSON.stringify(nodeConfigs['sentinel-camera'])) as SettingsSchema;
    const { zones } = schema.properties;
    const { points, name } = zones?.items?.properties ?? {};
    assert.deepEqual(
      [zones?.maxItems, points?.minItems, points?.maxItems, name?.maxLength],
      [limits.zones, fewestCorners('line'), limits.corners, limits.name],
    );
    assert.deepEqual(kinds, zoneKinds);
  });
});

describe('keys on the picture', () => {
  const key = (name: string, more: object = {}) => ({
    key: name,
    shiftKey: false,
    ctrlKey: false,
    metaKey: false,
    ...more,
  });
  const state = stateOf([square]);
  const drawing = after(state, { do: 'draw', kind: 'zone' });
  const closable = play(drawing, ...drawn);

  const meanings: [what: string, ...Parameters<typeof keyAction>, ReturnType<typeof keyAction>][] = [
    ['an arrow moves a corner', key('ArrowLeft'), state, { zone: 0, corner: 0 }, to(0.19, 0.2)],
    ['with Shift, far', key('ArrowDown', { shiftKey: true }), state, { zone: 0, corner: 0 }, to(0.2, 0.25)],
    ['an arrow moves a zone', key('ArrowUp'), state, { zone: 0 }, { do: 'shift', zone: 0, by: { x: 0, y: -0.01 } }],
    ['Delete on a corner', key('Delete'), state, { zone: 0, corner: 2 }, { do: 'dropCorner', zone: 0, corner: 2 }],
    ['Delete on a zone', key('Delete'), state, { zone: 0 }, { do: 'remove', zone: 0 }],
    ['Delete beside the zones', key('Delete'), state, undefined, undefined],
    ['Enter on an edge', key('Enter'), state, { zone: 0, edge: 1 }, { do: 'split', zone: 0, edge: 1 }],
    ['Enter on a zone goes to its corners', key('Enter'), state, { zone: 0 }, { do: 'select', zone: 0, corner: 0 }],
    ['Escape on a corner', key('Escape'), state, { zone: 0, corner: 1 }, { do: 'select', zone: 0 }],
    ['Escape when nothing is chosen is left to the dialog', key('Escape'), state, { zone: 0 }, undefined],
    ['an arrow aims', key('ArrowRight'), drawing, undefined, { do: 'aim', at: { x: 0.51, y: 0.5 } }],
    ['Space sets a corner', key(' '), drawing, undefined, { do: 'put', at: { x: 0.5, y: 0.5 } }],
    ['Enter sets one too', key('Enter'), drawing, undefined, { do: 'put', at: { x: 0.5, y: 0.5 } }],
    ['Enter closes', key('Enter'), closable, undefined, 'finish'],
    ['Escape leaves off', key('Escape'), closable, undefined, { do: 'cancel' }],
    ['Backspace takes a corner back', key('Backspace'), closable, undefined, { do: 'undo' }],
    ['Ctrl+Z', key('z', { ctrlKey: true }), state, undefined, { do: 'undo' }],
    ['Tab stays what it is', key('Tab'), state, { zone: 0 }, undefined],
    ['Ctrl+Enter is the dialog own', key('Enter', { ctrlKey: true }), state, { zone: 0 }, undefined],
  ];
  for (const [what, pressed, before, part, meant] of meanings) {
    test(what, () => {
      assert.deepEqual(keyAction(pressed, before, part), meant);
    });
  }

  function to(x: number, y: number): ZonesAction {
    return { do: 'moveCorner', zone: 0, corner: 0, to: { x: x, y } };
  }
});
