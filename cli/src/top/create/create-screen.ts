import { algorithmGroups } from '../../algorithm-names.ts';
import { type Column, headingLine, rowLine } from '../columns.ts';
import { CommandDialog } from '../commands/command-dialog.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { type Line, line, type Size } from '../line.ts';
import type { Screen } from '../screen.ts';
import { Scroll } from '../scroll.ts';
import { createPlan } from './create-plan.ts';

const columns: readonly Column[] = [
  { heading: 'ALGORITHM', share: 1 },
  { heading: 'FOR', share: 1 },
];

const rows = algorithmGroups.flatMap(({ purpose, names }) => names.map((name) => [name, purpose] as const));

/** A new key: its algorithm, then what else is to be said of it. */
export class CreateScreen implements Screen {
  readonly name = 'Create';
  readonly #host: Host;
  readonly #scroll = new Scroll();
  #dialog: CommandDialog | undefined;

  constructor(host: Host) {
    this.#host = host;
    this.#scroll.count = rows.length;
  }

  get keys(): string {
    return this.#dialog?.keys ?? 'Up Down PgUp PgDn  Enter choose  1-7 Tab screens  ? help  q quit';
  }

  open(): void {}

  close(): void {
    this.#dialog?.close(false);
  }

  press(stroke: Keystroke): boolean {
    if (this.#dialog !== undefined) return this.#dialog.press(stroke);
    if (this.#scroll.press(stroke)) return true;
    const [algorithm] = rows[this.#scroll.selected] ?? [];
    if (stroke !== 'enter' || algorithm === undefined) return false;
    this.#dialog = new CommandDialog(this.#host, createPlan(algorithm), () => {
      this.#dialog = undefined;
    });
    return true;
  }

  paste(text: string): void {
    this.#dialog?.paste(text);
  }

  drawn(size: Size): readonly Line[] {
    if (this.#dialog !== undefined) return this.#dialog.drawn(size);
    const [from, to] = this.#scroll.window(size.rows - 2);
    return [
      line('Which algorithm should the new key have?', 'heading'),
      headingLine(columns, size.columns),
      ...rows
        .slice(from, to)
        .map((row, index) => rowLine(columns, row, size.columns, from + index === this.#scroll.selected)),
    ];
  }
}
