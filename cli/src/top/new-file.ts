import { writeOutputFile } from '../output-file.ts';
import type { Host } from './host.ts';
import type { Keystroke } from './keystroke.ts';
import { blank, type Line } from './line.ts';
import { good } from './notice.ts';
import { TextField } from './text-field.ts';

const label = 'new file: ';

/** What is to be written, and what is said when it was. */
export interface NewFileContent {
  readonly bytes: Uint8Array;
  readonly said: (path: string) => string;
}

/** Asks for the name of a file and writes it. An existing one is refused: what is lost cannot be signed again. */
export class NewFile {
  readonly #host: Host;
  readonly #content: () => NewFileContent | undefined;
  #name: TextField | undefined;

  /** @param content undefined where there is nothing to write any more */
  constructor(host: Host, content: () => NewFileContent | undefined) {
    this.#host = host;
    this.#content = content;
  }

  static readonly keys = 'Enter write  Esc back';

  /** Whether what is typed is the name. */
  get isAsked(): boolean {
    return this.#name !== undefined;
  }

  ask(name = ''): void {
    this.#name = new TextField(name);
  }

  press(stroke: Keystroke): true {
    const path = this.#name?.text ?? '';
    if (stroke === 'escape') this.#name = undefined;
    else if (stroke === 'enter') void this.#host.attempt(async () => this.#write(path));
    else this.#name?.press(stroke);
    return true;
  }

  paste(text: string): void {
    this.#name?.insert(text);
  }

  drawn(columns: number): Line[] {
    if (this.#name === undefined) return [];
    return [blank, [{ text: label, tone: 'heading' }, ...this.#name.drawn(columns - label.length)]];
  }

  #write(path: string): void {
    const content = this.#content();
    if (content === undefined || path === '') return;
    writeOutputFile(path, content.bytes, { secret: true });
    this.#name = undefined;
    this.#host.tell(good(content.said(path)));
  }
}
