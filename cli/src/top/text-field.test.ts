import { expect, test } from 'vitest';
import { columnsOf } from './shown-text.ts';
import { TextField } from './text-field.ts';

function typed(...strokes: readonly string[]): TextField {
  const field = new TextField('key');
  for (const stroke of strokes) field.press(stroke);
  return field;
}

test.each<[string, readonly string[], string]>([
  ['at the end', ['s'], 'keys'],
  ['in the middle', ['left', 'left', 'x'], 'kxey'],
  ['at the start', ['home', 'x'], 'xkey'],
  ['and is removed before the caret', ['left', 'backspace'], 'ky'],
  ['but not before the start', ['home', 'backspace', 'left', 'x'], 'xkey'],
  ['nor after the end', ['right', 'end', 'x'], 'keyx'],
  ['whole characters', ['🔑', 'backspace'], 'key'],
])('text goes in %s', (_, strokes, text) => {
  expect(typed(...strokes).text).toBe(text);
});

test('what is pasted stays what it was', () => {
  const field = new TextField('ab');
  field.press('left');
  field.insert('1\r\n\t2');
  field.press('x');
  expect(field.text).toBe('a1\r\n\t2xb');
});

test('keys that do not edit are left to others', () => {
  const field = new TextField();
  expect(['enter', 'escape', 'up', 'tab'].map((stroke) => field.press(stroke))).toEqual([false, false, false, false]);
});

test('the caret is always seen, in a field of any width', () => {
  const field = new TextField('a'.repeat(50));
  for (let at = 0; at <= 50; at++) {
    const line = field.drawn(10);
    expect(line.filter(({ tone }) => tone === 'caret')).toHaveLength(1);
    expect(columnsOf(line.map(({ text }) => text).join(''))).toBe(10);
    field.press('left');
  }
});
