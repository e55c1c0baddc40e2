import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { isEnded, type TextLine, textLines } from './text-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-lines-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'lines');

async function linesOf(content: string | Buffer, place = { offsetBytes: 0, lines: 0 }): Promise<TextLine[]> {
  writeFileSync(path, content);
  const all: TextLine[] = [];
  for await (const line of textLines(path, place)) all.push(line);
  return all;
}

test('lines are those of the file, blank ones left out but counted and accounted for', async () => {
  const lines = await linesOf('\n{"a":1}\r\n\n  \n{"b":"ü"}\n{"c":3}');
  expect(lines.map(({ number, text }) => [number, text])).toEqual([
    [2, '{"a":1}'],
    [5, '{"b":"ü"}'],
    [6, '{"c":3}'],
  ]);
  expect(Buffer.concat(lines.map(({ bytes }) => bytes)).toString()).toBe('\n{"a":1}\r\n\n  \n{"b":"ü"}\n{"c":3}');
});

test('a line that is not UTF-8 has no text, and keeps its bytes; a mark of byte order is none of the text', async () => {
  const content = Buffer.concat([Buffer.from('\ufeff{"a":1}\n'), Buffer.from('M\xfcller\n\xff', 'latin1')]);
  const lines = await linesOf(content);
  expect(lines.map(({ text }) => text)).toEqual(['{"a":1}', undefined, undefined]);
  expect(Buffer.concat(lines.map(({ bytes }) => bytes))).toEqual(content);
  expect(lines.map(isEnded)).toEqual([true, true, false]);
});

test('reading on behind any line gives the same lines as reading at once', async () => {
  const line = fc.stringMatching(/^[a-zü ]{0,12}$/);
  const property = fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.nat({ max: 12 }), async (texts, at) => {
    const content = texts.join('\n');
    const all = await linesOf(content);
    const before = all.slice(0, at);
    const offsetBytes = before.reduce((sum, { bytes }) => sum + bytes.length, 0);
    const rest = await linesOf(content, { offsetBytes, lines: before.at(-1)?.number ?? 0 });
    expect([...before, ...rest]).toEqual(all);
  });
  await fc.assert(property, { numRuns: 60 });
});

test('lines longer than a piece of the file are whole, and there is an end to their length', async () => {
  const long = 'x'.repeat(300_000);
  expect((await linesOf(`${long}\n${long}y\n`)).map(({ text }) => text)).toEqual([long, `${long}y`]);
  await expect(linesOf(`a\n${'x'.repeat(3 << 20)}`)).rejects.toMatchObject({ exitStatus: 65 });
});

test('a file that is not there is said to be so', async () => {
  const lines = textLines(join(folder, 'absent'), { offsetBytes: 0, lines: 0 });
  await expect(lines.next()).rejects.toMatchObject({ exitStatus: 66 });
});
