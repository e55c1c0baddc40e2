import type { Keystroke } from './keystroke.ts';
import type { Line, Size } from './line.ts';

/** One of the things that are looked at. State and drawing are apart: `press` changes, `drawn` only shows. */
export interface Screen {
  readonly name: string;
  /** The keys that mean something now, for the last row. */
  readonly keys: string;
  /** It is looked at from now on. */
  open(): void;
  /** It is not looked at any more. */
  close(): void;
  /** Time has passed, or the connection was opened again: what is shown may be old. */
  refresh?(reason: 'time' | 'reconnected'): void;
  /** @returns whether the key had a meaning; the others belong to all screens */
  press(stroke: Keystroke): boolean;
  /** Text that was pasted: it goes where something is typed, and presses no keys. */
  paste?(text: string): void;
  drawn(size: Size): readonly Line[];
}
