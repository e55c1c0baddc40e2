import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { usageError } from './errors.ts';
import { lent } from './lending.ts';

const longestAnswerBytes = 1024;
const lineFeed = 0x0a;

/**
 * Asks a question on the terminal, which pipes do not reach.
 *
 * @returns whether the answer is yes
 * @throws CliError 2 where there is no terminal
 */
export function confirm(question: string): boolean {
  const answer = ask(`${question} [y/N] `);
  return /^y(es)?$/i.test(answer.toString().trim());
}

/**
 * The same about a text that was shown just now; who lends a screen shows it with the question.
 *
 * @throws CliError 2 where there is no terminal
 */
export async function confirmShown(question: string, about: string): Promise<boolean> {
  const confirmElsewhere = lent()?.confirm;
  return confirmElsewhere === undefined ? confirm(question) : confirmElsewhere(question, about);
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
  const terminal = openTerminal();
  try {
    writeSync(terminal, question);
    return readLine(terminal);
  } finally {
    closeSync(terminal);
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
