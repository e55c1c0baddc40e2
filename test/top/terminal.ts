import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A real terminal of tmux, driven as a person does. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** What the shell in it runs. */
  readonly command: string;
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

const patienceMs = 15_000;
const lookEveryMs = 50;

/** All that a terminal takes over from the run of the tests: `CI` or `FORCE_COLOR`, say, would decide about colours. */
const inherited = ['HOME', 'LANG', 'PATH', 'TMPDIR'];
const surroundings = Object.fromEntries(inherited.map((name) => [name, process.env[name]]));

/** Says once that a machine lacks tmux. */
export function hasTmux(): boolean {
  const found = spawnSync('tmux', ['-V']).error === undefined;
  if (!found) console.warn('NOTICE: tmux is missing: its tests are skipped; apt-get install tmux');
  return found;
}

/** One terminal. What it shows is looked at again and again, until it is as expected. */
export class Terminal {
  readonly #socketFolder = mkdtempSync(join(tmpdir(), 'fhsm-tmux-'));

  constructor({ columns = 80, rows = 24, command, folder, environment }: TerminalOptions) {
    const variables = Object.entries(environment).flatMap(([name, value]) => ['-e', `${name}=${value}`]);
    const size = ['-x', String(columns), '-y', String(rows)];
    // The shell stays when the command has ended, so that what it left behind can be seen.
    const line = `${command}; echo "ended with $?"; exec sh`;
    this.#tmux('-f', '/dev/null', 'new-session', '-d', ...size, '-c', folder, ...variables, line);
  }

  /** Presses keys by the names that tmux has for them: `Down`, `Enter`, `C-c`. */
  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** Types a text. */
  type(text: string): void {
    this.#tmux('send-keys', '-l', '--', text);
  }

  /** Pastes a text, in the brackets of a paste where the program has asked for them. */
  paste(text: string): void {
    this.#tmux('set-buffer', '--', text);
    this.#tmux('paste-buffer', '-p', '-r');
  }

  /** Presses a key again and again until what is seen matches; each time what it changed is waited for. */
  async pressUntil(key: string, pattern: RegExp): Promise<void> {
    for (let before = this.screen(); !pattern.test(before); before = await this.#changedFrom(before)) this.press(key);
  }

  resize(columns: number, rows: number): void {
    this.#tmux('resize-window', '-x', String(columns), '-y', String(rows));
  }

  /** What is seen, without spaces at the ends of rows. */
  screen(): string {
    return withoutTrailingSpaces(this.#tmux('capture-pane', '-p'));
  }

  /** The same with the escapes that colour it. */
  colouredScreen(): string {
    return this.#tmux('capture-pane', '-p', '-e');
  }

  /** Waits until what is seen matches all of the patterns. */
  async until(...patterns: readonly RegExp[]): Promise<string> {
    const end = Date.now() + patienceMs;
    for (;;) {
      const screen = this.screen();
      if (patterns.every((pattern) => pattern.test(screen))) return screen;
      if (Date.now() > end) throw new Error(`never seen: ${patterns.join(' and ')}\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  async #changedFrom(before: string): Promise<string> {
    const end = Date.now() + patienceMs;
    for (;;) {
      const screen = this.screen();
      if (screen !== before) return screen;
      if (Date.now() > end) throw new Error(`nothing changes:\n${screen}`);
      await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
    }
  }

  close(): void {
    this.#tmux('kill-server');
    rmSync(this.#socketFolder, { recursive: true });
  }

  #tmux(...words: readonly string[]): string {
    const { status, stdout, stderr, error } = spawnSync('tmux', ['-u', '-S', join(this.#socketFolder, 's'), ...words], {
      env: surroundings,
    });
    if (error !== undefined) throw error;
    if (status !== 0) throw new Error(`tmux ${words[0]}: ${stderr}`);
    return stdout.toString();
  }
}

function withoutTrailingSpaces(text: string): string {
  return `${text.replaceAll(/ +$/gm, '').trimEnd()}\n`;
}
