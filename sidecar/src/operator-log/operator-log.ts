import { type LogFields, type LogFormat, lineFormats } from './line-formats.ts';

export type { LogFields, LogFormat };

/** From what must be read to what only a search needs. */
export const logLevels = Object.freeze(['error', 'warn', 'info', 'debug'] as const);

export type LogLevel = (typeof logLevels)[number];

/**
 * What the sidecar tells its operator, a line each. Not the audit log: nothing is promised of it, and nothing in it is
 * secret. Fields are named by whoever writes; no params of a request are ever among them.
 */
export interface OperatorLog {
  /** Whether lines of the level are written: who would make one for nothing asks before. */
  writes(level: LogLevel): boolean;
  /** @param event what happened, in words of this program: `start`, `request` */
  write(level: LogLevel, event: string, fields?: LogFields): void;
}

export interface OperatorLogOptions {
  readonly format: LogFormat;
  /** The last level that is written. */
  readonly level: LogLevel;
  /** Takes a line with its end. */
  readonly out: (line: string) => void;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly now?: () => number;
}

/** @example const log = createOperatorLog({ format: 'json', level: 'info', out: (line) => process.stderr.write(line) }); */
export function createOperatorLog({ format, level, out, now = Date.now }: OperatorLogOptions): OperatorLog {
  const last = logLevels.indexOf(level);
  const writes = (asked: LogLevel) => logLevels.indexOf(asked) <= last;
  const lineOf = lineFormats[format];
  return Object.freeze({
    writes,
    write(asked: LogLevel, event: string, fields: LogFields = {}) {
      if (writes(asked)) out(`${lineOf({ level: asked, event, timeMs: now(), fields })}\n`);
    },
  });
}

/** Of who does not want to hear anything. */
export const silentLog: OperatorLog = Object.freeze({ writes: () => false, write: () => undefined });
