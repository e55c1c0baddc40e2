import type { LogEntry } from '../log-reading/log-entry.ts';
import { outcomeText } from '../log-reading/record-text.ts';

/** A record in a few words, for people who read the sink. */
export function sentenceOf({ index, record, personal }: LogEntry): string {
  const about = record.keyName ?? record.resource;
  return [
    `record ${index}: ${record.operation} ${outcomeText(record)}`,
    record.phase === 'intent' ? 'is about to begin' : '',
    personal?.principal === undefined ? '' : `by ${personal.principal}`,
    about === undefined ? '' : `on ${about}`,
  ]
    .filter((part) => part !== '')
    .join(' ');
}
