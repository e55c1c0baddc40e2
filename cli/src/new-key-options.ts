import type { Command } from 'commander';
import { everyUsage, type KeyUsageName } from './key-algorithms.ts';
import { labelPair, momentToCome, repeatedOf } from './option-values.ts';

/** What is said of a new key, whether it is made or brought along. */
export interface NewKeyOptions {
  readonly usage?: KeyUsageName[];
  readonly label?: Record<string, string>;
  readonly description?: string;
  readonly inactive?: boolean;
  /** Milliseconds since 1970. */
  readonly expires?: number;
}

export function addNewKeyOptions(command: Command): Command {
  return command
    .option(
      '--usage <usage>',
      'WebCrypto usage, more than once; default: those of the algorithm',
      repeatedOf(everyUsage),
    )
    .option('--label <name=value>', 'label that policies select by, more than once', labelPair)
    .option('--description <text>', 'what the key is for')
    .option('--expires <when>', 'deactivated from then on: ISO 8601, or a time from now such as 365d', momentToCome)
    .option('--inactive', 'ahead of time: it is used once it is activated');
}

export function describedBy({ label = {}, description, inactive, expires }: NewKeyOptions) {
  return {
    labels: label,
    ...(description !== undefined && { description }),
    ...(inactive && { active: false }),
    ...(expires !== undefined && { expiresAt: expires }),
  };
}
