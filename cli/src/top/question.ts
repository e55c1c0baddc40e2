import type { Keystroke } from './keystroke.ts';
import { blank, type Line, line, type Size } from './line.ts';
import { TextPane } from './text-pane.ts';

/** What is asked before something is done that cannot be undone, with what will happen. */
export class Question {
  readonly #asked: string;
  readonly #text = new TextPane();
  readonly #answer: (isYes: boolean) => void;

  constructor(asked: string, about: readonly Line[], answer: (isYes: boolean) => void) {
    this.#asked = asked;
    this.#text.show(about);
    this.#answer = answer;
  }

  /** Whatever is neither a yes nor scrolls is not taken for an answer. */
  press(stroke: Keystroke): void {
    if (stroke === 'y' || stroke === 'Y') this.#answer(true);
    else if (stroke === 'n' || stroke === 'N' || stroke === 'escape') this.#answer(false);
    else this.#text.press(stroke);
  }

  drawn({ rows, columns }: Size): Line[] {
    return [...this.#text.drawn({ rows: rows - 2, columns }), blank, line(`${this.#asked}  y yes, n no`, 'warning')];
  }
}
