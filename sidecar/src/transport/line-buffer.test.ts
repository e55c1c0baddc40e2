import { expect, it } from 'vitest';
import { LineBuffer } from './line-buffer.ts';

it('keeps the pieces in order while it grows', () => {
  const buffer = new LineBuffer();
  const pieces = Array.from({ length: 300 }, (_, index) => Buffer.from(`<${index}>`.repeat(index % 7)));
  for (const piece of pieces) buffer.append(piece);
  expect(buffer.append(Buffer.from('end'))).toEqual(Buffer.concat([...pieces, Buffer.from('end')]));
});

it('wipes memory that it leaves: when it grows and when it is cleared', () => {
  const buffer = new LineBuffer();
  const small = buffer.append(Buffer.alloc(100, 'x'));
  const large = buffer.append(Buffer.alloc(50_000, 'y'));
  expect(small).toEqual(Buffer.alloc(100));
  expect(large.length).toBe(50_100);
  buffer.clear();
  expect(large).toEqual(Buffer.alloc(50_100));
  expect(buffer.length).toBe(0);
});

it('has memory that is shared with nobody', () => {
  expect(new LineBuffer().append(Buffer.from('a')).byteOffset).toBe(0);
});
