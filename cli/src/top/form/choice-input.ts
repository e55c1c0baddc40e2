import type { Keystroke } from '../keystroke.ts';
import { type Line, line } from '../line.ts';
import { fitted } from '../shown-text.ts';
import type { Field, FieldShape } from './field.ts';

/** One of a few values, or none where the command has a default. */
export class ChoiceInput implements Field {
  readonly shape: FieldShape;
  readonly #choices: readonly string[];
  #at = 0;

  constructor(shape: FieldShape, value = '') {
    this.shape = shape;
    const { choices = [], isRequired } = shape;
    this.#choices = isRequired ? choices : ['', ...choices];
    this.#at = Math.max(0, this.#choices.indexOf(value));
  }

  get values(): readonly string[] {
    const value = this.#choices[this.#at] ?? '';
    return value === '' ? [] : [value];
  }

  press(stroke: Keystroke): void {
    const step = stroke === 'right' || stroke === ' ' ? 1 : stroke === 'left' ? -1 : 0;
    this.#at = (this.#at + step + this.#choices.length) % this.#choices.length;
  }

  drawn(columns: number, isFocused: boolean): Line {
    const value = this.values[0] ?? '(default)';
    return line(fitted(`< ${value} >`, columns), isFocused ? 'selected' : undefined);
  }
}
