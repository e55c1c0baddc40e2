import type { FerroHsm } from '@ferrohsm/sdk/node';
import type { Capture } from './commands/capture.ts';
import { runCommand } from './commands/command-run.ts';
import { drawFrame, drawTooSmall, fits } from './frame.ts';
import { helpLines } from './help.ts';
import type { CommandRun, Host, TopOptions } from './host.ts';
import type { Keystroke } from './keystroke.ts';
import { type Line, linesOf, type Size } from './line.ts';
import { failureNotice, good, type Notice } from './notice.ts';
import { Pulse } from './pulse.ts';
import { Question } from './question.ts';
import type { Screen } from './screen.ts';
import { createScreens, type Screens } from './screens.ts';
import { TextPane } from './text-pane.ts';
import type { ThemeName } from './theme.ts';

/** What the shell needs of the terminal and the process. */
export interface ShellGround {
  readonly sidecar: FerroHsm;
  readonly options: TopOptions;
  readonly theme: ThemeName;
  /** Colours are not wanted, whatever the theme says. */
  readonly isColourless: boolean;
  /** Asks for a line that does not show. */
  readonly askSecretly: (question: string) => Buffer;
  readonly quit: () => void;
}

/** All screens, and what is above and below each of them. */
export class Shell implements Host {
  readonly sidecar: FerroHsm;
  readonly options: TopOptions;
  readonly pulse: Pulse;
  readonly ownSessions = new Set<string>();
  readonly #ground: ShellGround;
  readonly #screens: Screens;
  readonly #listeners = new Set<() => void>();
  #theme: ThemeName;
  #current: Screen;
  #question: Question | undefined;
  #help: TextPane | undefined;
  #notice: Notice | undefined;
  #person = '';
  #version = 0;

  constructor(ground: ShellGround) {
    this.#ground = ground;
    this.sidecar = ground.sidecar;
    this.options = ground.options;
    this.#theme = ground.theme;
    this.pulse = new Pulse(() => this.sidecar.system.status(), this.#pulseListener());
    this.#screens = createScreens(this, {
      current: () => this.#theme,
      isColourless: ground.isColourless,
      choose: (theme) => this.#chooseTheme(theme),
    });
    this.#current = this.#screens.keys;
  }

  get theme(): ThemeName {
    return this.#ground.isColourless ? 'none' : this.#theme;
  }

  /** Grows with every change that shows. */
  get version(): number {
    return this.#version;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    this.pulse.start();
    void this.#learnPerson();
    this.#current.open();
  }

  stop(): void {
    this.#current.close();
    this.pulse.stop();
  }

  /** @param size of the terminal: where nothing can be seen, nothing can be done */
  press(stroke: Keystroke, size: Size): void {
    if (!fits(size)) this.#pressUnseen(stroke);
    else if (this.#question !== undefined) this.#question.press(stroke);
    else if (this.#help !== undefined) this.#pressInHelp(this.#help, stroke);
    else this.#pressOnScreen(stroke);
    this.changed();
  }

  paste(text: string, size: Size): void {
    const isSeen = fits(size) && this.#question === undefined && this.#help === undefined;
    if (isSeen) this.#current.paste?.(text);
    this.changed();
  }

  drawn(size: Size): readonly Line[] {
    if (!fits(size)) return drawTooSmall(size);
    return drawFrame(size, {
      person: this.#person,
      pulse: this.pulse,
      screens: this.#screens.all,
      current: this.#help === undefined ? this.#current : undefined,
      notice: this.#notice,
      keys: this.#question === undefined ? this.#keys() : 'y yes  n no  Up Down scroll',
      body: (inner) => (this.#question ?? this.#help ?? this.#current).drawn(inner),
    });
  }

  changed(): void {
    this.#version += 1;
    for (const listener of this.#listeners) listener();
  }

  tell(notice: Notice | undefined): void {
    this.#notice = notice;
    this.changed();
  }

  async attempt<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      this.tell(failureNotice(error));
      return undefined;
    } finally {
      this.changed();
    }
  }

  ask(question: string, about: readonly Line[]): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    this.#question = new Question(question, about, (isYes) => {
      this.#question = undefined;
      resolve(isYes);
    });
    this.changed();
    return promise;
  }

  run(command: CommandRun): Promise<Capture | undefined> {
    const { sidecar, askSecretly } = this.#ground;
    const confirm = (question: string, about: string) => this.ask(question, linesOf(about));
    return this.attempt(() => runCommand(command, { sidecar, askSecretly, confirm }));
  }

  operate(keyName: string): void {
    this.#screens.operate.choose(keyName);
    this.#go(this.#screens.operate);
  }

  #keys(): string {
    return this.#help === undefined ? this.#current.keys : 'Up Down scroll  Esc back';
  }

  #pressUnseen(stroke: Keystroke): void {
    if (stroke === 'q') this.#ground.quit();
  }

  #pressOnScreen(stroke: Keystroke): void {
    if (this.#current.press(stroke)) return;
    const { all } = this.#screens;
    const numbered = all[Number(stroke) - 1];
    if (numbered !== undefined) this.#go(numbered);
    else if (stroke === 'tab') this.#step(1);
    else if (stroke === 'back-tab') this.#step(-1);
    else if (stroke === '?') this.#showHelp();
    else if (stroke === 'q') this.#ground.quit();
    else if (stroke === 'escape') this.#notice = undefined;
  }

  #pressInHelp(help: TextPane, stroke: Keystroke): void {
    if (help.press(stroke)) return;
    if (stroke === 'q') this.#ground.quit();
    else this.#help = undefined;
  }

  #showHelp(): void {
    this.#help = new TextPane();
    this.#help.show(helpLines());
  }

  #step(by: number): void {
    const { all } = this.#screens;
    const next = all[(all.indexOf(this.#current) + by + all.length) % all.length];
    if (next !== undefined) this.#go(next);
  }

  #go(screen: Screen): void {
    if (screen === this.#current) return;
    this.#current.close();
    this.#notice = undefined;
    this.#current = screen;
    screen.open();
  }

  #chooseTheme(theme: ThemeName): void {
    this.#theme = theme;
  }

  async #learnPerson(): Promise<void> {
    const known = await this.attempt(() => this.sidecar.session.whoami());
    if (known === undefined) return;
    this.#person = known.principal.id;
    this.ownSessions.add(known.session);
    this.changed();
  }

  #pulseListener(): ConstructorParameters<typeof Pulse>[1] {
    return {
      beaten: () => this.#beaten(),
      lost: (error) => this.tell(failureNotice(error)),
      refused: (error) => this.tell(failureNotice(error)),
      reconnected: () => this.#reconnected(),
    };
  }

  #beaten(): void {
    this.#current.refresh?.('time');
    this.changed();
  }

  #reconnected(): void {
    this.tell(good('connected again'));
    void this.#learnPerson();
    this.#current.refresh?.('reconnected');
  }
}
