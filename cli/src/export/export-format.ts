import type { LogEntry } from '../log-reading/log-entry.ts';
import { jsonLines } from './json-lines.ts';
import { ocsfEvents } from './ocsf-event.ts';
import { otlpLogs } from './otlp-logs.ts';
import { syslogMessages } from './syslog-message.ts';

/** The log that records come from. */
export interface LogIdentity {
  readonly origin: string;
  /** Whether its checkpoint was verified with keys. */
  readonly isSigned: boolean;
}

/** Messages for a batch of records, each without a line end and none with one inside. */
export type ExportFormat = (entries: readonly LogEntry[], log: LogIdentity) => string[];

export type FormatName = 'jsonl' | 'rfc5424' | 'otlp' | 'ocsf';

export const exportFormats: Readonly<Record<FormatName, ExportFormat>> = Object.freeze({
  jsonl: jsonLines,
  rfc5424: syslogMessages,
  otlp: otlpLogs,
  ocsf: ocsfEvents,
});
