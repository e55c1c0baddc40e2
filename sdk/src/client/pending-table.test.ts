import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PendingTable } from './pending-table.ts';

test('each id finds its value once, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), (choices) => {
      const table = new PendingTable<number>();
      const model = new Map<number, number>();
      for (const [value, choice] of choices.entries()) {
        const [id] = [...model.keys()].slice(choice % (model.size + 1));
        if (id === undefined) model.set(table.add(value), value);
        else {
          expect([table.take(id), table.take(id)]).toEqual([model.get(id), undefined]);
          model.delete(id);
        }
      }
      expect(table.takeAll().sort()).toEqual([...model.values()].sort());
      for (const id of model.keys()) expect(table.take(id)).toBeUndefined();
    }),
  );
});

test('an id does not come back when its place does, and stays a safe integer', () => {
  const table = new PendingTable<string>();
  const ids = Array.from({ length: 1000 }, () => {
    const id = table.add('value');
    table.take(id);
    return id;
  });
  expect(new Set(ids).size).toBe(1000);
  expect(ids.every(Number.isSafeInteger)).toBe(true);
});

test.each([undefined, null, '0', 'x', Number.NaN, -1, 0, 0.5, {}])('%j is no id, and does no harm', (noId) => {
  const table = new PendingTable<string>();
  const first = table.add('first');
  expect(table.take(noId)).toBeUndefined();
  const second = table.add('second');
  expect([table.take(first), table.take(second)]).toEqual(['first', 'second']);
});
