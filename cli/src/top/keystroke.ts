import type { Key } from 'ink';

/** A key that was pressed: its name, or the one character that it types. */
export type Keystroke = string;

/** The names, each longer than a character. */
const names = {
  upArrow: 'up',
  downArrow: 'down',
  leftArrow: 'left',
  rightArrow: 'right',
  pageUp: 'page-up',
  pageDown: 'page-down',
  home: 'home',
  end: 'end',
  return: 'enter',
  escape: 'escape',
  backspace: 'backspace',
  // Terminals send it for the key that removes to the left.
  delete: 'backspace',
} as const satisfies Partial<Record<keyof Key, Keystroke>>;

/** Within what was typed faster than it was read. */
const controls: Readonly<Record<string, Keystroke>> = { '\r': 'enter', '\n': 'enter', '\t': 'tab' };

/** What Ink says of input, as keystrokes; those with Ctrl or Alt mean nothing here. */
export function keystrokes(input: string, key: Key): Keystroke[] {
  if (key.tab) return [key.shift ? 'back-tab' : 'tab'];
  for (const [flag, name] of Object.entries(names)) if (key[flag as keyof typeof names]) return [name];
  if (key.ctrl || key.meta) return [];
  return [...input].map((character) => controls[character] ?? character).filter(isMeant);
}

function isMeant(stroke: Keystroke): boolean {
  return stroke.length > 1 || !/\p{C}/u.test(stroke);
}

/** Whether the key types a character. */
export function isCharacter(stroke: Keystroke): boolean {
  return [...stroke].length === 1;
}
