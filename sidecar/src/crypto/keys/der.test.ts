import { expect, test } from 'vitest';
import { encodeElement, readElements } from './der.ts';

const read = (hex: string) => readElements(Buffer.from(hex, 'hex'));

test.each([0, 1, 127, 128, 255, 256, 65_535])('content of %i bytes comes back', (length) => {
  const content = Buffer.alloc(length, 0xab);
  const elements = readElements(encodeElement(0x30, content));
  expect(elements).toEqual([{ tag: 0x30, content }]);
});

test('lengths are those of X.690 section 8.1.3', () => {
  const header = (length: number) => encodeElement(4, Buffer.alloc(length)).subarray(0, -length).toString('hex');
  expect([127, 128, 256].map(header)).toEqual(['047f', '048180', '04820100']);
});

test('elements follow each other', () => {
  expect(read('020105' + '0400')).toEqual([
    { tag: 2, content: Buffer.of(5) },
    { tag: 4, content: Buffer.alloc(0) },
  ]);
});

test.each([
  ['a lone tag', '02'],
  ['cut content', '020205'],
  ['a cut length', '0282'],
  ['an indefinite length', '30800000'],
  ['a long form of a short length', '02810105'],
  ['a leading zero in the length', '0282008000'],
  ['a length of three bytes', '0283000001'],
])('%s is refused', (_, hex) => {
  expect(() => read(hex)).toThrow(expect.objectContaining({ code: 'data_invalid' }));
});
