import type { FerroHsm, FerroHsmClients } from '@ferrohsm/sdk/node';
import type { Command } from 'commander';
import type { ConnectedContext } from './command.ts';
import { isoTime } from './named-key.ts';

export interface WaitOptions {
  readonly wait?: boolean;
}

/** What the user is told of a request for approvals. */
export interface HeldRequest {
  readonly id: string;
  readonly needed: number;
  readonly given: number;
  readonly expiresAt: number;
}

export function addWaitOption(command: Command): Command {
  return command.option('--wait', 'wait until other people have approved it, instead of exit status 8');
}

/** The clients of a command whose operation other people may have to approve. */
export function clientsOf({ sidecar, options, output }: ConnectedContext<WaitOptions>): FerroHsm | FerroHsmClients {
  if (!options.wait) return sidecar;
  return sidecar.with({ wait: true, onHeld: (approval) => output.warn(`waiting for ${heldText(approval)}`) });
}

/** What others have to do, and until when. */
export function heldText({ id, needed, given, expiresAt }: HeldRequest): string {
  const missing = needed - given;
  const consents = missing === 1 ? '1 approval' : `${missing} approvals`;
  return `${consents} until ${isoTime(expiresAt)}: ferrohsm approval approve ${id} --key FILE`;
}
