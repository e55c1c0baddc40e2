import { isCharacter, type Keystroke } from './keystroke.ts';
import { type Line, line } from './line.ts';
import { columnsOf, fitted, shown } from './shown-text.ts';

/** A line of text that is typed, with a caret. */
export class TextField {
  #characters: string[] = [];
  #caret = 0;

  constructor(text = '') {
    this.text = text;
  }

  get text(): string {
    return this.#characters.join('');
  }

  set text(text: string) {
    this.#characters = [...text];
    this.#caret = this.#characters.length;
  }

  /** @returns whether the key had a meaning here */
  press(stroke: Keystroke): boolean {
    if (isCharacter(stroke)) {
      this.insert(stroke);
      return true;
    }
    const caret = this.#moved(stroke);
    if (caret !== undefined) this.#caret = Math.min(Math.max(caret, 0), this.#characters.length);
    else if (stroke === 'backspace') this.#remove();
    else return false;
    return true;
  }

  /** Puts text at the caret, every character of it: what was pasted stays what it was, line ends too. */
  insert(text: string): void {
    const characters = [...text];
    this.#characters.splice(this.#caret, 0, ...characters);
    this.#caret += characters.length;
  }

  /** The part around the caret, which is marked, in so many columns. */
  drawn(columns: number): Line {
    const before = lastColumns(this.#characters.slice(0, this.#caret).map(shown), columns - 1);
    const at = shown(this.#characters[this.#caret] ?? ' ');
    const rest = columns - columnsOf(before) - columnsOf(at);
    const after = this.#characters.slice(this.#caret + 1).join('');
    return [{ text: before }, { text: at, tone: 'caret' }, ...line(fitted(after, Math.max(rest, 0)))];
  }

  #moved(stroke: Keystroke): number | undefined {
    if (stroke === 'left') return this.#caret - 1;
    if (stroke === 'right') return this.#caret + 1;
    if (stroke === 'home') return 0;
    return stroke === 'end' ? this.#characters.length : undefined;
  }

  #remove(): void {
    if (this.#caret === 0) return;
    this.#caret -= 1;
    this.#characters.splice(this.#caret, 1);
  }
}

function lastColumns(characters: readonly string[], columns: number): string {
  let text = '';
  for (const character of characters.toReversed()) {
    if (columnsOf(character) + columnsOf(text) > columns) break;
    text = character + text;
  }
  return text;
}
