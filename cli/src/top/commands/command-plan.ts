import type { CommandDescription } from '../../command.ts';
import type { Line } from '../line.ts';
import type { Capture } from './capture.ts';

/** Bytes that may be typed where a command reads a file. */
export interface TypedInput {
  /** Of the field. */
  readonly name: string;
  readonly about: string;
  /** Text as it is, or bytes in hex or base64url. */
  readonly of: 'text' | 'bytes';
  /** The operand or option that names the file in place of which it is. */
  readonly inPlaceOf: string;
}

/** What is asked before a command runs. */
export interface Warning {
  readonly question: string;
  /** What will happen. */
  readonly about: readonly Line[];
}

/** How a command of the command line is filled in and run on a screen. */
export interface CommandPlan {
  /** What the shell would have before the name of the command, for example `key`. */
  readonly noun?: string;
  readonly description: CommandDescription;
  /** Values that fields begin with. */
  readonly begin?: Readonly<Record<string, string>>;
  /** Values that are not asked for. */
  readonly fixed?: Readonly<Record<string, string>>;
  /** Options that have no field: the screen has another way, or none. */
  readonly without?: readonly string[];
  /** Values to choose from, where the command takes any. */
  readonly choices?: Readonly<Record<string, readonly string[]>>;
  /** Options that may be given more than once. */
  readonly repeated?: readonly string[];
  readonly typed?: readonly TypedInput[];
  /** Undefined where the command does nothing that would have to be asked for. */
  readonly warn?: (commandLine: string) => Promise<Warning | undefined>;
  /** How a result is shown, when not as the command prints it. */
  readonly show?: (capture: Capture) => readonly Line[];
}
