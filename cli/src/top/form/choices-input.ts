import type { Keystroke } from '../keystroke.ts';
import type { Line } from '../line.ts';
import { columnsOf, fitted } from '../shown-text.ts';
import type { Field, FieldShape } from './field.ts';

/** Any of a few values. */
export class ChoicesInput implements Field {
  readonly shape: FieldShape;
  readonly #chosen = new Set<string>();
  #at = 0;

  constructor(shape: FieldShape) {
    this.shape = shape;
  }

  get values(): readonly string[] {
    return this.#choices.filter((choice) => this.#chosen.has(choice));
  }

  press(stroke: Keystroke): void {
    const choice = this.#choices[this.#at];
    if (stroke === 'right') this.#at = (this.#at + 1) % this.#choices.length;
    else if (stroke === 'left') this.#at = (this.#at - 1 + this.#choices.length) % this.#choices.length;
    else if (stroke === ' ' && choice !== undefined && !this.#chosen.delete(choice)) this.#chosen.add(choice);
  }

  /** The values from the first that lets the pointed one be seen. */
  drawn(columns: number, isFocused: boolean): Line {
    const boxes = this.#choices.map((choice) => `[${this.#chosen.has(choice) ? 'x' : ' '}] ${choice}  `);
    const first = isFocused ? firstShown(boxes, this.#at, columns) : 0;
    const spans = boxes.slice(first).map((text, index) => ({
      text,
      tone: isFocused && first + index === this.#at ? ('selected' as const) : undefined,
    }));
    return cutOff(spans, columns);
  }

  get #choices(): readonly string[] {
    return this.shape.choices ?? [];
  }
}

function firstShown(boxes: readonly string[], at: number, columns: number): number {
  for (let first = 0; first < at; first++) {
    if (columnsOf(boxes.slice(first, at + 1).join('')) <= columns) return first;
  }
  return at;
}

function cutOff(spans: Line, columns: number): Line {
  let free = columns;
  return spans.flatMap((span) => {
    const width = Math.min(columnsOf(span.text), free);
    free -= width;
    return width === 0 ? [] : [{ ...span, text: fitted(span.text, width) }];
  });
}
