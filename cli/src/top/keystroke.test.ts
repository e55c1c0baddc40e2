import type { Key } from 'ink';
import { expect, test } from 'vitest';
import { keystrokes } from './keystroke.ts';

const none = {} as Key;

test.each<[string, string, Partial<Key>, string[]]>([
  ['a character', 'a', {}, ['a']],
  ['several that were typed fast', 'ab\rc\t', {}, ['a', 'b', 'enter', 'c', 'tab']],
  ['a wide one', '🔑', {}, ['🔑']],
  ['what controls terminals', 'a\u0007\u009bb', {}, ['a', 'b']],
  ['an arrow', '', { upArrow: true }, ['up']],
  ['Tab', '', { tab: true }, ['tab']],
  ['Shift-Tab', '', { tab: true, shift: true }, ['back-tab']],
  ['what terminals send for Backspace', '', { delete: true }, ['backspace']],
  ['a key with Ctrl', 'u', { ctrl: true }, []],
])('%s', (_, input, key, expected) => {
  expect(keystrokes(input, { ...none, ...key })).toEqual(expected);
});
