import { keyBindings } from './key-bindings.ts';
import { blank, type Line, line } from './line.ts';

const keyColumns = 22;

/** The table of keys. */
export function helpLines(): Line[] {
  return keyBindings.flatMap(({ place, bindings }) => [
    line(place, 'heading'),
    ...bindings.map(([keys, meaning]) => line(`  ${keys.padEnd(keyColumns)}${meaning}`)),
    blank,
  ]);
}
