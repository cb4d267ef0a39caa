import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SharedSlots } from '../../../src/inference/shared-slots.ts';

const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

describe('shared slots', () => {
  test('what is lent at once lies in memories of its own; what was given back is used again', () => {
    const slots = new SharedSlots();
    const [first, second] = [slots.lend(bytes(100, 1)), slots.lend(bytes(100, 2))];
    assert.notEqual(first.buffer, second.buffer);
    assert.deepEqual([first.length, first[99], second[99]], [100, 1, 2]);
    slots.giveBack(first);
    const third = slots.lend(bytes(60, 3));
    assert.equal(third.buffer, first.buffer);
    assert.deepEqual([third.length, third[59], second[99]], [60, 3, 2]);
  });

  test('a larger picture takes the place of a memory that is too small for it, so that there are never more than were lent at once', () => {
    const slots = new SharedSlots();
    const small = slots.lend(bytes(100, 1));
    slots.giveBack(small);
    const large = slots.lend(bytes(1000, 2));
    slots.giveBack(large);
    const [again, other] = [slots.lend(bytes(100, 3)), slots.lend(bytes(100, 4))];
    assert.equal(again.buffer, large.buffer);
    assert.notEqual(other.buffer, small.buffer);
  });

  test('the memory of something enormous is not kept', () => {
    const slots = new SharedSlots();
    const enormous = slots.lend(new Uint8Array(20_000_000));
    slots.giveBack(enormous);
    assert.notEqual(slots.lend(bytes(10, 1)).buffer, enormous.buffer);
  });

  test('a copy is a copy', () => {
    const slots = new SharedSlots();
    const picture = bytes(10, 5);
    const slot = slots.lend(picture);
    picture.fill(6);
    assert.equal(slot[0], 5);
  });
});
