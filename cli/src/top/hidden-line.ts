import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { CliError } from '../errors.ts';
import { shown } from './shown-text.ts';

const longestLineBytes = 1024;
const keys = { interrupt: 0x03, backspace: 0x08, lineFeed: 0x0a, enter: 0x0d, escape: 0x1b, remove: 0x7f };

/**
 * Asks on the last row of a terminal that is in raw mode. What is typed shows nowhere and becomes no string; the
 * caller zeroes it. Everything else stands still meanwhile.
 *
 * @throws CliError 1 when it was not answered
 */
export function readHiddenLine(question: string, lastRow: number): Buffer {
  const terminal = openSync('/dev/tty', 'r+');
  try {
    writeSync(terminal, `\u001b[${lastRow};1H\u001b[2K${shown(question)}`);
    return readLine(terminal);
  } finally {
    closeSync(terminal);
  }
}

function readLine(terminal: number): Buffer {
  const line = Buffer.allocUnsafeSlow(longestLineBytes);
  const key = Buffer.alloc(1);
  for (let length = 0; length < line.length; ) {
    const byte = readSync(terminal, key) === 1 ? key[0] : keys.escape;
    if (byte === keys.enter || byte === keys.lineFeed) return line.subarray(0, length);
    if (byte === keys.escape || byte === keys.interrupt) throw givenUp(line, byte === keys.interrupt);
    if (byte === keys.backspace || byte === keys.remove) length = Math.max(0, length - 1);
    else line.writeUInt8(byte ?? 0, length++);
  }
  line.fill(0);
  throw new CliError(65, `a passphrase has at most ${longestLineBytes} bytes`);
}

/** In raw mode Ctrl-C is a byte like others; whoever types it wants to leave. */
function givenUp(line: Buffer, isInterrupt: boolean): CliError {
  line.fill(0);
  if (isInterrupt) process.kill(process.pid, 'SIGINT');
  return new CliError(1, 'no passphrase was given', 'nothing was done; try again, or use a key without one');
}
