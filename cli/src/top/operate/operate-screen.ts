import { type Column, headingLine, rowLine } from '../columns.ts';
import { CommandDialog } from '../commands/command-dialog.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { type Line, line, type Size } from '../line.ts';
import type { Screen } from '../screen.ts';
import { Scroll } from '../scroll.ts';
import { operationName, operations } from './operations.ts';

const columns: readonly Column[] = [
  { heading: 'OPERATION', width: 12 },
  { heading: 'WHAT IT DOES', share: 1 },
];

/** Uses of keys, on what is typed or on files. */
export class OperateScreen implements Screen {
  readonly name = 'Operate';
  readonly #host: Host;
  readonly #scroll = new Scroll();
  /** Name of the key that forms begin with. */
  #key: string | undefined;
  #dialog: CommandDialog | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#scroll.count = operations.length;
  }

  get keys(): string {
    return this.#dialog?.keys ?? 'Up Down  Enter choose  1-7 Tab screens  ? help  q quit';
  }

  /** The operations are about this key from now on. */
  choose(keyName: string): void {
    this.#key = keyName;
  }

  open(): void {}

  close(): void {
    this.#dialog?.close(false);
  }

  press(stroke: Keystroke): boolean {
    if (this.#dialog !== undefined) return this.#dialog.press(stroke);
    if (this.#scroll.press(stroke)) return true;
    if (stroke !== 'enter') return false;
    this.#openDialog();
    return true;
  }

  paste(text: string): void {
    this.#dialog?.paste(text);
  }

  drawn(size: Size): readonly Line[] {
    if (this.#dialog !== undefined) return this.#dialog.drawn(size);
    const heading = this.#key === undefined ? 'What should be done?' : `What should be done with ${this.#key}?`;
    const [from, to] = this.#scroll.window(size.rows - 2);
    const seen = operations.slice(from, to).map((plan, index) => {
      const row = [operationName(plan), plan.description.summary];
      return rowLine(columns, row, size.columns, from + index === this.#scroll.selected);
    });
    return [line(heading, 'heading'), headingLine(columns, size.columns), ...seen];
  }

  #openDialog(): void {
    const plan = operations[this.#scroll.selected];
    if (plan === undefined) return;
    const begin = this.#key === undefined ? {} : { key: this.#key };
    this.#dialog = new CommandDialog(this.#host, { ...plan, begin }, () => {
      this.#dialog = undefined;
    });
  }
}
