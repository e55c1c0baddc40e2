import type { Keystroke } from '../keystroke.ts';
import { blank, type Line, line, type Size } from '../line.ts';
import { Scroll } from '../scroll.ts';
import { fitted, wrapped } from '../shown-text.ts';
import { ChoiceInput } from './choice-input.ts';
import { ChoicesInput } from './choices-input.ts';
import { type Field, type FieldShape, problemOf } from './field.ts';
import { SwitchInput } from './switch-input.ts';
import { TextInput } from './text-input.ts';

const labelColumns = 22;
/** What is said of the field that is filled in, below the fields. */
const aboutRows = 4;

/** Fields that are filled in one after the other. */
export class Form {
  readonly fields: readonly Field[];
  readonly #scroll = new Scroll();
  #showsProblems = false;

  /** @param values what fields begin with, by their names */
  constructor(shapes: readonly FieldShape[], values: Readonly<Record<string, string>> = {}) {
    this.fields = shapes.map((shape) => inputFor(shape, values[shape.name]));
    this.#scroll.count = this.fields.length;
    this.#scroll.selected = this.fields.findIndex((field) => field.values.length === 0);
  }

  get focused(): Field | undefined {
    return this.fields[this.#scroll.selected];
  }

  /** Values of one field. */
  valuesOf(name: string): readonly string[] {
    return this.fields.find(({ shape }) => shape.name === name)?.values ?? [];
  }

  press(stroke: Keystroke): void {
    if (stroke === 'tab' || stroke === 'down') this.#move(1);
    else if (stroke === 'back-tab' || stroke === 'up') this.#move(-1);
    else this.focused?.press(stroke);
  }

  paste(text: string): void {
    this.focused?.paste?.(text);
  }

  /** Goes to the first field that is not filled in rightly. @returns whether there is none */
  check(): boolean {
    this.#showsProblems = true;
    const wrong = this.fields.findIndex((field) => problemOf(field) !== undefined);
    if (wrong >= 0) this.#scroll.selected = wrong;
    return wrong < 0;
  }

  drawn({ rows, columns }: Size): Line[] {
    const [from, to] = this.#scroll.window(rows - aboutRows);
    const seen = this.fields.slice(from, to).map((field) => this.#fieldLine(field, columns));
    return [...seen, blank, ...this.#aboutLines(columns).slice(0, aboutRows - 1)];
  }

  #move(by: number): void {
    const { length } = this.fields;
    this.#scroll.selected = (this.#scroll.selected + by + length) % length;
  }

  #fieldLine(field: Field, columns: number): Line {
    const isFocused = field === this.focused;
    const isWrong = this.#showsProblems && problemOf(field) !== undefined;
    const { label, isRequired } = field.shape;
    const title = `${isFocused ? '>' : ' '}${isWrong ? '!' : ' '}${isRequired ? `${label} *` : label}`;
    return [
      { text: fitted(title, labelColumns), tone: isFocused ? 'heading' : undefined },
      ...field.drawn(columns - labelColumns, isFocused),
    ];
  }

  #aboutLines(columns: number): Line[] {
    const field = this.focused;
    if (field === undefined) return [];
    const problem = this.#showsProblems || field.values.length > 0 ? problemOf(field) : undefined;
    const about = wrapped(field.shape.about, columns).map((row) => line(row, 'faint'));
    return problem === undefined ? about : [line(fitted(problem, columns), 'bad'), ...about];
  }
}

function inputFor(shape: FieldShape, value: string | undefined): Field {
  if (shape.isSwitch) return new SwitchInput(shape);
  if (shape.choices === undefined) return new TextInput(shape, value);
  return shape.isRepeated ? new ChoicesInput(shape) : new ChoiceInput(shape, value);
}
