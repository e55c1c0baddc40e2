import { isPrintable } from '../../output.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { type Line, line, linesOf, type Size } from '../line.ts';
import { NewFile } from '../new-file.ts';
import { TextPane } from '../text-pane.ts';
import type { Capture } from './capture.ts';

type Encoding = 'base64url' | 'hex' | 'utf8';

const encodingNames: Readonly<Record<Encoding, string>> = { base64url: 'base64url', hex: 'hex', utf8: 'text' };

/** What a command said and gave: bytes in an encoding of choice, to be written to a file if somebody wants that. */
export class CommandResult {
  readonly #capture: Capture;
  readonly #show: ((capture: Capture) => readonly Line[]) | undefined;
  readonly #pane = new TextPane();
  readonly #encodings: readonly Encoding[];
  #encoding = 0;
  /** Where the bytes are to be written. */
  readonly #file: NewFile;

  constructor(host: Host, capture: Capture, show?: (capture: Capture) => readonly Line[]) {
    this.#capture = capture;
    this.#file = new NewFile(host, () => this.#content());
    this.#show = show;
    const isText = capture.data !== undefined && isPrintable(capture.data);
    this.#encodings = isText ? ['utf8', 'base64url', 'hex'] : ['base64url', 'hex'];
    this.#pane.show(this.#lines());
  }

  get keys(): string {
    if (this.isAsking) return NewFile.keys;
    return `${this.#capture.data === undefined ? '' : 'e encoding  w write to a file  '}Up Down scroll  Esc back`;
  }

  /** Whether what is typed is the name of a file. */
  get isAsking(): boolean {
    return this.#file.isAsked;
  }

  press(stroke: Keystroke): boolean {
    if (this.isAsking) return this.#file.press(stroke);
    if (this.#pane.press(stroke)) return true;
    if (this.#capture.data === undefined || (stroke !== 'e' && stroke !== 'w')) return false;
    if (stroke === 'w') this.#file.ask();
    else this.#encoding = (this.#encoding + 1) % this.#encodings.length;
    this.#pane.update(this.#lines());
    return true;
  }

  paste(text: string): void {
    this.#file.paste(text);
  }

  forget(): void {
    this.#capture.forget();
  }

  drawn({ rows, columns }: Size): Line[] {
    const asking = this.#file.drawn(columns);
    return [...this.#pane.drawn({ rows: rows - asking.length, columns }), ...asking];
  }

  #lines(): Line[] {
    const { remarks, text, data } = this.#capture;
    const result = this.#show?.(this.#capture) ?? [...remarks.map((remark) => line(remark)), ...linesOf(text)];
    if (data === undefined) return [...result];
    const encoding = this.#encodings[this.#encoding] ?? 'hex';
    const heading = line(`${data.length} bytes as ${encodingNames[encoding]}`, 'heading');
    return [...result, heading, ...linesOf(data.toString(encoding))];
  }

  #content() {
    const { data } = this.#capture;
    return data && { bytes: data, said: (path: string) => `wrote ${data.length} bytes to ${path}` };
  }
}
