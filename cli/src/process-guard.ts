import inspector from 'node:inspector';
import { CliError } from './errors.ts';

/** Flags of Node that open the memory of the process to others or write it to files. */
const openingFlags =
  /^--(inspect|debug|heapsnapshot|heap-prof|report-on-|report-uncaught|diagnostic-dir|cpu-prof|require|import|loader|experimental-loader|abort-on-uncaught|openssl-)/;

/**
 * Refuses to hold keys in a process that a debugger, a report or foreign code could look into, and closes the door that
 * any process of the same user could open later: SIGUSR1 starts the inspector unless somebody listens to it.
 *
 * @throws CliError 78
 */
export function guardProcess(): void {
  process.on('SIGUSR1', () => {
    process.stderr.write('ferrohsm: warning: ignored SIGUSR1: no debugger is let near the keys\n');
  });
  process.umask(0o077);
  if (process.env.NODE_OPTIONS) refuse('NODE_OPTIONS is set', 'unset it');
  const flag = process.execArgv.find((argument) => openingFlags.test(argument));
  if (flag !== undefined) refuse(`Node was started with ${flag}`, 'start without it');
  if (inspector.url() !== undefined) refuse('a debugger is attached', 'start again without it');
}

function refuse(reason: string, step: string): never {
  throw new CliError(78, `refusing to hold keys in this process: ${reason}`, step);
}
