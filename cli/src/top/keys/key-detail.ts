import { recordText } from '../../named-key.ts';
import { table } from '../../table.ts';
import { usageHeading, usageRows } from '../../usage-text.ts';
import { CommandDialog } from '../commands/command-dialog.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { blank, type Line, line, linesOf, type Size } from '../line.ts';
import { TextPane } from '../text-pane.ts';
import { keyMoves, movePlan } from './key-moves.ts';

/** One key: what it is, its versions, how often each was used, and what can be done with it. */
export class KeyDetail {
  readonly #host: Host;
  readonly #name: string;
  readonly #pane = new TextPane();
  #dialog: CommandDialog | undefined;
  #wasChanged = false;

  constructor(host: Host, name: string) {
    this.#host = host;
    this.#name = name;
    this.#pane.show([line('loading', 'faint')]);
  }

  get keys(): string {
    const often = keyMoves.filter(({ isRare }) => !isRare).map(({ stroke, verb }) => `${stroke} ${verb}`);
    return this.#dialog?.keys ?? `o operate  ${often.join('  ')}  ? more`;
  }

  /** Whether something was done with it here. */
  get wasChanged(): boolean {
    return this.#wasChanged;
  }

  async load(): Promise<void> {
    const { keys } = this.#host.sidecar;
    await this.#host.attempt(async () => {
      const { record } = await keys.get(this.#name);
      const [rotation, usage] = await Promise.all([keys.rotation(record.id), keys.usage(record.id)]);
      this.#pane.update([
        ...linesOf(recordText(record, rotation)),
        blank,
        ...linesOf(table(usageHeading, usageRows(usage))),
      ]);
    });
  }

  /** @returns whether the key had a meaning; Esc has none here, it leads back */
  press(stroke: Keystroke): boolean {
    if (this.#dialog !== undefined) return this.#dialog.press(stroke);
    if (this.#pane.press(stroke)) return true;
    const move = keyMoves.find((each) => each.stroke === stroke);
    if (move !== undefined)
      this.#open(new CommandDialog(this.#host, movePlan(move, this.#name), (wasDone) => this.#back(wasDone)));
    else if (stroke === 'o') this.#host.operate(this.#name);
    return move !== undefined || stroke === 'o';
  }

  paste(text: string): void {
    this.#dialog?.paste(text);
  }

  drawn(size: Size): Line[] {
    if (this.#dialog !== undefined) return this.#dialog.drawn(size);
    return [line(this.#name, 'heading'), ...this.#pane.drawn({ ...size, rows: size.rows - 1 })];
  }

  #open(dialog: CommandDialog): void {
    this.#dialog = dialog;
  }

  #back(wasDone: boolean): void {
    this.#dialog = undefined;
    this.#wasChanged ||= wasDone;
    void this.load();
  }
}
