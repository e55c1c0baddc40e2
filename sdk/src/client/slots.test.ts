import { expect, test } from 'vitest';
import { Slots } from './slots.ts';

test('every call gets its turn once, in order, and never more run than there are slots', async () => {
  const slots = new Slots(3);
  const order: number[] = [];
  let running = 0;
  let most = 0;
  const call = async (index: number) => {
    const turn = slots.take();
    if (turn !== undefined) await turn;
    order.push(index);
    most = Math.max(most, ++running);
    await undefined;
    running -= 1;
    slots.release();
  };
  // Twice, because the queue is used again after it was empty; many, because it is cut now and then.
  for (const round of [1, 2]) {
    const count = 5000 * round;
    await Promise.all(Array.from({ length: count }, (_, index) => call(index)));
    expect(order.splice(0)).toEqual(Array.from({ length: count }, (_, index) => index));
    expect([most, slots.calls]).toEqual([3, 0]);
  }
});
