import { type Command, InvalidArgumentError } from 'commander';
import { repeated, repeatedOf, wholeNumber } from '../option-values.ts';
import type { RecordFilter } from './record-filter.ts';

/** A filter and a range of records. */
export interface FilterOptions extends RecordFilter {
  readonly start: number;
  readonly limit?: number;
}

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

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

/** Milliseconds since 1970. */
function moment(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const time = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (unitsMs[unit] ?? 0);
  if (Number.isNaN(time)) throw new InvalidArgumentError('write ISO 8601, or an age such as 2h.');
  return time;
}
