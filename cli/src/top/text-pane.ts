import type { Keystroke } from './keystroke.ts';
import { type Line, line, type Size, type Tone } from './line.ts';
import { scrollStep } from './scroll.ts';
import { wrapped } from './shown-text.ts';

/** Text that may have more rows than there is room for. */
export class TextPane {
  #lines: readonly Line[] = [];
  #first = 0;
  #height = 1;
  #rows = 0;

  get lines(): readonly Line[] {
    return this.#lines;
  }

  /** Shows other text, from its start. */
  show(lines: readonly Line[]): void {
    this.update(lines);
    this.#first = 0;
  }

  /** The same text as it is now: what is seen stays in its place. */
  update(lines: readonly Line[]): void {
    this.#lines = lines;
  }

  /** @returns whether the key scrolls */
  press(stroke: Keystroke): boolean {
    const step = scrollStep(stroke, this.#height);
    if (step === undefined) return false;
    this.#first = Math.max(0, Math.min(this.#first + step, this.#rows - this.#height));
    return true;
  }

  drawn({ rows, columns }: Size): Line[] {
    const all = this.#lines.flatMap((each) => wrappedLine(each, columns));
    this.#height = Math.max(1, rows);
    this.#rows = all.length;
    this.#first = Math.max(0, Math.min(this.#first, all.length - this.#height));
    const seen = all.slice(this.#first, this.#first + this.#height);
    const more = all.length - this.#first - seen.length;
    if (more === 0 || seen.length < 2) return seen;
    return [...seen.slice(0, -1), line(`-- ${more + 1} more lines: Down --`, 'faint')];
  }
}

/** Lines of one tone are wrapped; those of several are built to fit. */
function wrappedLine(each: Line, columns: number): Line[] {
  const [only, ...others] = each;
  if (only === undefined || others.length > 0) return [each];
  const tone: Tone | undefined = only.tone;
  return wrapped(only.text, columns).map((row) => line(row, tone));
}
