import type { Keystroke } from './keystroke.ts';

/** Which of many rows is chosen, and which of them are seen. */
export class Scroll {
  #count = 0;
  #selected = 0;
  #first = 0;
  #height = 1;

  get selected(): number {
    return this.#selected;
  }

  set selected(index: number) {
    this.#selected = Math.max(0, Math.min(index, this.#count - 1));
  }

  set count(count: number) {
    this.#count = count;
    this.selected = this.#selected;
  }

  /** @returns whether the key moves in a list */
  press(stroke: Keystroke): boolean {
    const target = this.#target(stroke);
    if (target === undefined) return false;
    this.selected = target;
    return true;
  }

  /** The rows that are seen where there is room for so many: from the first up to the second, which is not seen. */
  window(height: number): readonly [number, number] {
    this.#height = Math.max(1, height);
    const lowest = this.#selected - this.#height + 1;
    const most = Math.max(0, this.#count - this.#height);
    this.#first = Math.min(Math.max(this.#first, lowest, 0), this.#selected, most);
    return [this.#first, Math.min(this.#first + this.#height, this.#count)];
  }

  #target(stroke: Keystroke): number | undefined {
    const step = scrollStep(stroke, this.#height);
    return step === undefined ? undefined : this.#selected + step;
  }
}

/** How many rows a key goes down where so many are seen; undefined for a key that does not scroll. */
export function scrollStep(stroke: Keystroke, height: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    up: -1,
    down: 1,
    'page-up': -height,
    'page-down': height,
    home: Number.NEGATIVE_INFINITY,
    end: Number.POSITIVE_INFINITY,
  };
  return steps[stroke];
}
