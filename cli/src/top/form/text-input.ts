import type { Keystroke } from '../keystroke.ts';
import { type Line, line } from '../line.ts';
import { fitted } from '../shown-text.ts';
import { TextField } from '../text-field.ts';
import type { Field, FieldShape } from './field.ts';

/** A value, or several with commas between them, that is typed. */
export class TextInput implements Field {
  readonly shape: FieldShape;
  readonly #field: TextField;

  constructor(shape: FieldShape, value = '') {
    this.shape = shape;
    this.#field = new TextField(value);
  }

  get values(): readonly string[] {
    const { text } = this.#field;
    if (!this.shape.isRepeated) return text === '' ? [] : [text];
    const parts = text.split(',').map((part) => part.trim());
    return parts.filter((part) => part !== '');
  }

  press(stroke: Keystroke): void {
    this.#field.press(stroke);
  }

  paste(text: string): void {
    this.#field.insert(text);
  }

  drawn(columns: number, isFocused: boolean): Line {
    return isFocused ? this.#field.drawn(columns) : line(fitted(this.#field.text, columns));
  }
}
