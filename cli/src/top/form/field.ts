import type { Keystroke } from '../keystroke.ts';
import type { Line } from '../line.ts';

/** What a field is for. */
export interface FieldShape {
  /** Of the option or operand that it stands for. */
  readonly name: string;
  /** What stands beside it. */
  readonly label: string;
  readonly about: string;
  readonly isRequired?: boolean;
  /** Values that it may have. */
  readonly choices?: readonly string[];
  /** Several values: separated by commas where they are typed. */
  readonly isRepeated?: boolean;
  /** Yes or no. */
  readonly isSwitch?: boolean;
  /** @throws Error that says what is wrong with a value */
  readonly parse?: ((value: string) => unknown) | undefined;
}

/** A field of a form. */
export interface Field {
  readonly shape: FieldShape;
  /** What was given, in the form of the command line; a switch that is on has one empty value. */
  readonly values: readonly string[];
  press(stroke: Keystroke): void;
  /** Takes text that was pasted, where text is typed. */
  paste?(text: string): void;
  drawn(columns: number, isFocused: boolean): Line;
}

/** What is wrong with the values of a field; undefined when nothing is. */
export function problemOf({ shape, values }: Field): string | undefined {
  if (values.length === 0) return shape.isRequired ? `${shape.label} is missing` : undefined;
  for (const value of values) {
    try {
      shape.parse?.(value);
    } catch (error) {
      return `${shape.label}: ${error instanceof Error ? error.message : 'not valid'}`;
    }
  }
  return undefined;
}
