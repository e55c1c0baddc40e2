import { styleText } from 'node:util';
import { CommanderError } from 'commander';
import errorList from '../../schemas/errors.json' with { type: 'json' };
import { CliError } from './errors.ts';
import { suggestion } from './nearest.ts';
import { type HeldRequest, heldText } from './wait-option.ts';

/** What the user is told of a failure. */
export interface Failure {
  readonly message: string;
  readonly hint: string | undefined;
  readonly exitStatus: number;
  /** Of the error table, where it is one of its errors. */
  readonly code?: string;
}

/** Numbers of refusals that WebCrypto itself knows; the others are of the call and of the sidecar. */
const webCryptoNumbers = { least: -32015, most: -32010 };

const helpCodes: ReadonlySet<string> = new Set(['commander.helpDisplayed', 'commander.version']);

/**
 * Turns anything that was thrown into what the user is told; undefined when it was a request for help.
 *
 * @param command whose help a hint may point to
 */
export function describeFailure(error: unknown, command = 'ferrohsm'): Failure | undefined {
  if (error instanceof CliError) return error;
  if (error instanceof CommanderError) return describeUsage(error, command);
  return describeCoded(error, command) ?? describeDomException(error) ?? describeUnexpected(error);
}

/** Prints it to standard error. Lower case, no full stop, one hint. */
export function printFailure({ message, hint }: Failure): void {
  const [first = '', ...rest] = message;
  const text = /^[A-Z][a-z]+ /.test(message) ? first.toLowerCase() + rest.join('') : message;
  process.stderr.write(`ferrohsm: ${styleText('red', 'error:', { stream: process.stderr })} ${text}\n`);
  if (hint !== undefined) process.stderr.write(`ferrohsm: hint: ${hint}\n`);
}

function describeUsage(error: CommanderError, command: string): Failure | undefined {
  if (helpCodes.has(error.code)) return undefined;
  if (error.code === 'commander.help') {
    return { message: 'no command given', hint: 'choose one of the commands above', exitStatus: 2 };
  }
  const [problem = '', similar] = error.message.replace(/^error: /, '').split('\n');
  const hint = similar?.replace(/^\(Did you mean (one of )?(.*)\?\)$/, 'did you mean $1$2?');
  const message = problem.replace(/\.$/, '');
  return {
    message,
    hint: hint ?? suggestion(choiceIn(message), choicesIn(message), `see: ${command} --help`),
    exitStatus: 2,
  };
}

/** The value that was refused, where that says which there are. */
function choiceIn(problem: string): string {
  return / argument '(.*)' is invalid\./.exec(problem)?.[1] ?? '';
}

function choicesIn(problem: string): string[] {
  return /(?:choose from|Allowed choices are) (.*)$/.exec(problem)?.[1]?.split(', ') ?? [];
}

/** Errors of SDK and sidecar carry a code of the table; WebCrypto hides them as the cause of a DOMException. */
function describeCoded(error: unknown, command: string): Failure | undefined {
  if (!(error instanceof Error)) return undefined;
  const entry = errorList.find(({ code }) => 'code' in error && code === error.code);
  if (entry === undefined) return describeCoded(error.cause, command);
  const { code, exitStatus } = entry;
  // The table's own hint is for programs.
  const general = code === 'invalid_params' ? `see: ${command} --help` : entry.hint;
  return { message: error.message, hint: hintOf(error) ?? general, exitStatus, code };
}

/** What this very error says of the next step. */
function hintOf(error: Error): string | undefined {
  if ('approval' in error) return `needs ${heldText(error.approval as HeldRequest)}; then repeat the command`;
  const wait = 'retryAfterMs' in error ? error.retryAfterMs : undefined;
  return typeof wait === 'number' ? `try again in ${Math.ceil(wait / 1000)} s` : undefined;
}

/** The SDK refused by the rules of WebCrypto, without asking the sidecar. */
function describeDomException(error: unknown): Failure | undefined {
  if (!(error instanceof DOMException)) return undefined;
  const { least, most } = webCryptoNumbers;
  const entry = errorList.find(({ dom, number }) => dom === error.name && number >= least && number <= most);
  if (entry === undefined) return undefined;
  const { code, hint, exitStatus } = entry;
  return { message: error.message || entry.message, hint, exitStatus, code };
}

function describeUnexpected(error: unknown): Failure {
  if (process.env.FERROHSM_DEBUG === '1') process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  return {
    message: `failed inside: ${error instanceof Error ? error.message : 'not an error object'}`,
    hint: 'this is a defect; FERROHSM_DEBUG=1 shows where it happened',
    exitStatus: 70,
  };
}
