import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { usageError } from './errors.ts';
import { lent } from './lending.ts';
import { stopWaiting } from './waiting-line.ts';

const longestAnswerBytes = 1024;
const lineFeed = 0x0a;

/** Whether somebody sits there who can be asked, rather than a script. */
export function isAttended(): boolean {
  return process.stderr.isTTY === true && hasTerminal();
}

/** Columns of standard output where that is a terminal, else what COLUMNS says; undefined where nothing does. */
export function terminalWidth(): number | undefined {
  const columns = process.stdout.isTTY ? process.stdout.columns : Number(process.env.COLUMNS);
  return Number.isInteger(columns) && columns > 0 ? columns : undefined;
}

/**
 * Asks on the terminal, which pipes do not reach, and says whether the answer is just that word.
 *
 * @throws CliError 2 where there is no terminal
 */
export function answers(question: string, word: string): boolean {
  return ask(question).toString().trim() === word;
}

/** Asks for a line whose letters do not show. The caller zeroes it. */
export function askSecretly(question: string): Buffer {
  const askElsewhere = lent()?.askSecretly;
  if (askElsewhere !== undefined) return askElsewhere(question);
  echo(false);
  try {
    return ask(question);
  } finally {
    echo(true);
    process.stderr.write('\n');
  }
}

/** Waits until somebody presses Enter. */
export function pause(question: string): void {
  ask(`${question} [Enter] `);
}

function ask(question: string): Buffer {
  stopWaiting();
  const terminal = openTerminal();
  try {
    writeSync(terminal, question);
    return readLine(terminal);
  } finally {
    closeSync(terminal);
  }
}

function hasTerminal(): boolean {
  try {
    closeSync(openTerminal());
    return true;
  } catch {
    return false;
  }
}

function openTerminal(): number {
  try {
    return openSync('/dev/tty', 'r+');
  } catch {
    throw usageError('there is no terminal to ask on', 'see the options of this command for an answer in advance');
  }
}

function readLine(terminal: number): Buffer {
  const line = Buffer.allocUnsafeSlow(longestAnswerBytes);
  let length = 0;
  while (length < line.length && readSync(terminal, line, length, 1, null) === 1 && line[length] !== lineFeed) {
    length += 1;
  }
  return line.subarray(0, length);
}

/** Node sets raw mode only through streams, which would read ahead; stty is POSIX. */
function echo(on: boolean): void {
  const terminal = openTerminal();
  spawnSync('stty', [on ? 'echo' : '-echo'], { stdio: [terminal, 'ignore', 'ignore'] });
  closeSync(terminal);
}
