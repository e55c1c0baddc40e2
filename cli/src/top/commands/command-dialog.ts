import { Form } from '../form/form.ts';
import type { Host } from '../host.ts';
import type { Keystroke } from '../keystroke.ts';
import { blank, type Line, line, type Size } from '../line.ts';
import { good } from '../notice.ts';
import { wrapped } from '../shown-text.ts';
import { fieldsOf } from './command-fields.ts';
import type { CommandPlan } from './command-plan.ts';
import { CommandResult } from './command-result.ts';
import { commandLine, filledCommand } from './command-words.ts';

/** A command of the command line: filled in, perhaps asked for once more, run, its result looked at. */
export class CommandDialog {
  readonly #host: Host;
  readonly #plan: CommandPlan;
  readonly #form: Form;
  readonly #leave: (wasDone: boolean) => void;
  #result: CommandResult | undefined;
  #isRunning = false;

  /** @param leave when the person has had enough; whether the command was run with success */
  constructor(host: Host, plan: CommandPlan, leave: (wasDone: boolean) => void) {
    this.#host = host;
    this.#plan = plan;
    this.#form = new Form(fieldsOf(plan), plan.begin);
    this.#leave = leave;
  }

  get keys(): string {
    if (this.#isRunning) return 'running';
    return this.#result?.keys ?? 'Enter run  Up Down Tab field  Left Right Space choose  Esc back';
  }

  /** Within a form every key is typed; only Esc leaves it. */
  press(stroke: Keystroke): boolean {
    if (this.#isRunning) return true;
    if (this.#result !== undefined) return this.#pressInResult(this.#result, stroke);
    if (stroke === 'escape') this.close(false);
    else if (stroke === 'enter') void this.#run();
    else this.#form.press(stroke);
    return true;
  }

  paste(text: string): void {
    if (!this.#isRunning) (this.#result ?? this.#form).paste(text);
  }

  /** Forgets the result. */
  close(wasDone: boolean): void {
    this.#result?.forget();
    this.#result = undefined;
    this.#leave(wasDone);
  }

  drawn({ rows, columns }: Size): Line[] {
    const heading = wrapped(this.#plan.description.summary, columns).map((row) => line(row, 'heading'));
    const size = { rows: rows - heading.length - 1, columns };
    return [...heading, blank, ...(this.#result ?? this.#form).drawn(size)];
  }

  #pressInResult(result: CommandResult, stroke: Keystroke): boolean {
    if (stroke !== 'escape' || result.isAsking) return result.press(stroke);
    this.close(true);
    return true;
  }

  async #run(): Promise<void> {
    this.#host.tell(undefined);
    if (this.#isRunning || !this.#form.check()) return;
    this.#isRunning = true;
    await this.#host.attempt(() => this.#runFilled());
    this.#isRunning = false;
    this.#host.changed();
  }

  async #runFilled(): Promise<void> {
    const command = filledCommand(this.#plan, this.#form);
    const { description, warn } = this.#plan;
    // What is weighty asks by itself, with what is lost by it.
    const warning = description.effect === 'weighty' ? undefined : await warn?.(commandLine(this.#plan, command));
    // The keys go to the question meanwhile.
    if (warning !== undefined && !(await this.#host.ask(warning.question, warning.about))) return;
    const capture = await this.#host.run(command);
    if (capture === undefined) return;
    const [remark] = capture.remarks.slice(-1);
    this.#host.tell(good(remark ?? 'done'));
    this.#result = new CommandResult(this.#host, capture, this.#plan.show);
  }
}
