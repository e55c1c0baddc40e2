import inspector from 'node:inspector';
import { CliError } from './errors.ts';

/**
 * Options of Node that open the memory of the process to others, write it to files, or load code that is not ours. Node
 * takes an underscore for a hyphen.
 */
const openingOptions =
  /^(-r|--(inspect|debug|heapsnapshot|heap-prof|cpu-prof|report|diagnostic-dir|trace-|require|import|loader|experimental-loader|experimental-(default-)?config-file|env-file|snapshot-blob|abort-on-uncaught|openssl-|tls-keylog))/;

export interface ProcessGuardOptions {
  /** The operator wants to debug: nothing is refused or closed. */
  readonly allowDebugging?: boolean;
}

export interface GuardOptions extends ProcessGuardOptions {
  /** Hears what was kept away later; default: standard error. */
  readonly onNotice?: (notice: string) => void;
}

/**
 * Refuses to hold keys in a process that a debugger, a report or foreign code could look into, and closes the door that
 * any process of the same user could open later: SIGUSR1 starts the inspector unless somebody listens to it.
 *
 * @throws CliError 78
 */
export function guardProcess({ allowDebugging = false, onNotice = warnOnStandardError }: GuardOptions = {}): void {
  process.umask(0o077);
  if (allowDebugging) return;
  process.on('SIGUSR1', () => onNotice('ignored SIGUSR1: no debugger is let near the keys'));
  closeReports();
  if (process.env.NODE_OPTIONS) refuse('NODE_OPTIONS is set', 'unset it');
  const option = process.execArgv.find((argument) => openingOptions.test(argument.replaceAll('_', '-')));
  if (option !== undefined) refuse(`Node was started with ${option}`, 'start without it');
  refuseDebugger();
}

/**
 * Once more when the event loop has turned: a SIGUSR1 from before the guard may have been under way.
 *
 * @throws CliError 78
 */
export function refuseDebugger({ allowDebugging = false }: ProcessGuardOptions = {}): void {
  if (!allowDebugging && inspector.url() !== undefined) refuse('a debugger is attached', 'start again without it');
}

function warnOnStandardError(notice: string): void {
  process.stderr.write(`ferrohsm: warning: ${notice}\n`);
}

/** A report lists the environment and the open handles. */
function closeReports(): void {
  process.report.reportOnFatalError = false;
  process.report.reportOnSignal = false;
  process.report.reportOnUncaughtException = false;
}

function refuse(reason: string, step: string): never {
  throw new CliError(78, `refusing to hold keys in this process: ${reason}`, step);
}
