import type { Keystroke } from '../keystroke.ts';
import { type Line, line } from '../line.ts';
import { fitted } from '../shown-text.ts';
import type { Field, FieldShape } from './field.ts';

/** Something that is done or not. */
export class SwitchInput implements Field {
  readonly shape: FieldShape;
  #isOn = false;

  constructor(shape: FieldShape) {
    this.shape = shape;
  }

  get values(): readonly string[] {
    return this.#isOn ? [''] : [];
  }

  press(stroke: Keystroke): void {
    if (stroke === ' ' || stroke === 'left' || stroke === 'right') this.#isOn = !this.#isOn;
  }

  drawn(columns: number, isFocused: boolean): Line {
    return line(fitted(this.#isOn ? '[x] yes' : '[ ] no', columns), isFocused ? 'selected' : undefined);
  }
}
