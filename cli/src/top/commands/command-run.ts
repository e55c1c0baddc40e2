import type { FerroHsm } from '@ferrohsm/sdk/node';
import { Command } from 'commander';
import { addCommand } from '../../command.ts';
import { lend } from '../../lending.ts';
import type { CommandRun } from '../host.ts';
import { Capture } from './capture.ts';

/** What a screen gives a command besides its words. */
export interface Ground {
  readonly sidecar: FerroHsm;
  readonly confirm: (question: string, about: string) => Promise<boolean>;
  readonly askSecretly: (question: string) => Buffer;
}

/**
 * Runs a command as the shell would, on the connection of the screens; what it prints is kept.
 *
 * @throws whatever the command throws
 */
export async function runCommand({ description, words, inputs }: CommandRun, ground: Ground): Promise<Capture> {
  const output = new Capture();
  const program = new Command('ferrohsm').exitOverride().configureOutput({ outputError: () => undefined });
  addCommand(program, description);
  await lend({ ...ground, output, inputs }, () => program.parseAsync(words, { from: 'user' }));
  return output;
}
