import type { Command } from 'commander';
import { moment, repeated, repeatedOf, wholeNumber } from '../option-values.ts';
import type { RecordFilter } from './record-filter.ts';

/** A filter and a range of records. */
export interface FilterOptions extends RecordFilter {
  readonly start: number;
  readonly limit?: number;
}

export function addFilterOptions(command: Command): void {
  command
    .option('--operation <glob>', 'method or event, for example subtle.*; more than once', repeated)
    .option('--outcome <outcome>', 'ok, denied, failed, pending; more than once', repeatedOf(outcomes))
    .option('--phase <phase>', 'use, intent, result, event; more than once', repeatedOf(phases))
    .option('--principal <id>', 'who did it, where that can be read; more than once', repeated)
    .option('--resource <name>', 'name, id or handle of a key, or another resource; more than once', repeated)
    .option('--error <code>', 'code of the error table; more than once', repeated)
    .option('--since <time>', 'from then on: ISO 8601, or an age such as 2h, 30m, 7d', moment)
    .option('--until <time>', 'before then', moment)
    .option('--start <index>', 'first record that is looked at', wholeNumber(0, Number.MAX_SAFE_INTEGER), 0)
    .option('--limit <count>', 'most records that match', wholeNumber(1, Number.MAX_SAFE_INTEGER));
}

const outcomes = ['ok', 'denied', 'failed', 'pending'] as const;
const phases = ['use', 'intent', 'result', 'event'] as const;
