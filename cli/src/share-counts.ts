import { type Command, InvalidArgumentError, Option } from 'commander';
import { usageError } from './errors.ts';
import type { GlobalOptions } from './global-options.ts';

/** How many shares there are to be, and how many of them open. */
export interface ShareCounts {
  readonly threshold: number;
  readonly count: number;
}

/** Longest text that can be a share. */
export const longestShareBytes = 256;

/** Options of every command that makes shares. */
export function addShareOptions(command: Command, { isRequired }: { readonly isRequired: boolean }): Command {
  const shares = new Option('--shares <threshold/count>', 'into how many shares the root key is split, as 3/5');
  return command
    .addOption(shares.argParser(parseShareCounts).makeOptionMandatory(isRequired))
    .option('--shares-folder <folder>', 'write each share into a file there instead of showing it');
}

/** `3/5`, for commander. */
export function parseShareCounts(text: string): ShareCounts {
  const [, threshold, count] = /^(\d{1,3})\/(\d{1,3})$/.exec(text) ?? [];
  const counts = { threshold: Number(threshold), count: Number(count) };
  if (counts.threshold >= 2 && counts.threshold <= counts.count && counts.count <= 255) return counts;
  throw new InvalidArgumentError('write 3/5 for any three of five; two is the least.');
}

/**
 * JSON is one value, and shares are for different people.
 *
 * @throws CliError 2
 */
export function requirePlace({ json, sharesFolder }: GlobalOptions & { readonly sharesFolder?: string }): void {
  if (json !== true || sharesFolder !== undefined) return;
  throw usageError('shares are not shown as JSON', 'add --shares-folder FOLDER');
}

/** `5 shares, any 3 of which open the sidecar`. */
export function sharesWords({ threshold, count }: ShareCounts): string {
  return `${count} shares, any ${threshold} of which open the sidecar`;
}

/** What is to be done with the files; nothing where the shares were shown. */
export function sharesText(files: readonly string[]): string {
  if (files.length === 0) return '';
  return [...files, 'Hand each share to its custodian and to nobody else, then delete it here.'].join('\n');
}
