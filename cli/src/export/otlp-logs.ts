import { version } from '../generated/version.ts';
import type { LogEntry } from '../log-reading/log-entry.ts';
import type { LogIdentity } from './export-format.ts';
import { type FieldValue, fieldsOf } from './fields.ts';
import { sentenceOf } from './sentence.ts';
import { severityOf } from './severity.ts';

/** Fields for which the semantic conventions of OpenTelemetry have a name. */
const conventions: Readonly<Record<string, string>> = {
  error: 'error.type',
  session: 'session.id',
  'personal.principal': 'user.id',
  'personal.address': 'client.address',
};

/** OTLP/JSON: one ExportLogsServiceRequest for all records, as OTLP/HTTP and the file exporter want it. */
export function otlpLogs(entries: readonly LogEntry[], log: LogIdentity): string[] {
  if (entries.length === 0) return [];
  const resource = { attributes: [attribute('service.name', 'ferrohsm'), attribute('ferrohsm.log', log.origin)] };
  const logRecords = entries.map(logRecord);
  const scopeLogs = [{ scope: { name: 'ferrohsm.audit', version }, logRecords }];
  return [JSON.stringify({ resourceLogs: [{ resource, scopeLogs }] })];
}

function logRecord(entry: LogEntry): object {
  const { index, record, opening } = entry;
  const { number, text } = severityOf(record);
  const { time: _time, ...fields } = Object.fromEntries(fieldsOf(entry));
  return {
    timeUnixNano: nanoseconds(record.time),
    observedTimeUnixNano: nanoseconds(Date.now()),
    severityNumber: number,
    severityText: text,
    eventName: `ferrohsm.${record.operation}`,
    body: { stringValue: sentenceOf(entry) },
    attributes: [
      attribute('ferrohsm.index', index),
      attribute('ferrohsm.opening', opening),
      ...Object.entries(fields).map(([name, value]) => attribute(conventions[name] ?? `ferrohsm.${name}`, value)),
    ],
  };
}

/** 64-bit integers are decimal strings in OTLP/JSON. */
function nanoseconds(milliseconds: number): string {
  return `${milliseconds}000000`;
}

function attribute(key: string, value: FieldValue): object {
  return { key, value: anyValue(value) };
}

function anyValue(value: FieldValue): object {
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number') return { intValue: String(value) };
  if (typeof value === 'string') return { stringValue: value };
  return { arrayValue: { values: value.map((stringValue) => ({ stringValue })) } };
}
