import type { FerroHsm, LogTrust } from '@ferrohsm/sdk/node';
import type { CommandDescription } from '../command.ts';
import type { Capture } from './commands/capture.ts';
import type { Line } from './line.ts';
import type { Notice } from './notice.ts';
import type { Pulse } from './pulse.ts';

/** A command to run, its words as they follow its noun, and what it reads. */
export interface CommandRun {
  readonly description: CommandDescription;
  readonly words: readonly string[];
  readonly inputs: ReadonlyMap<string, Buffer<ArrayBuffer>>;
}

/** What the command line said for all screens. */
export interface TopOptions {
  /** File of the private key that approves. */
  readonly approvalKey?: string | undefined;
  readonly audience?: string | undefined;
  /** Whom proofs of the log are checked with; without it whom the sidecar names. */
  readonly trust?: LogTrust | undefined;
}

/** What the screens live in. */
export interface Host {
  readonly sidecar: FerroHsm;
  readonly pulse: Pulse;
  readonly options: TopOptions;
  /** The sessions of this connection, and of those before it that were lost. */
  readonly ownSessions: ReadonlySet<string>;
  /** Something is to be drawn anew. */
  changed(): void;
  tell(notice: Notice | undefined): void;
  /** Does something; where it fails that is told, and nothing comes of it. */
  attempt<T>(act: () => Promise<T>): Promise<T | undefined>;
  ask(question: string, about: readonly Line[]): Promise<boolean>;
  /** @returns what the command said; undefined where it failed, which is told */
  run(command: CommandRun): Promise<Capture | undefined>;
  /** Goes to the screen of operations, for a key. */
  operate(keyName: string): void;
}
