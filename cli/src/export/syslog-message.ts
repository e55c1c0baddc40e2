import type { LogEntry } from '../log-reading/log-entry.ts';
import { isoTime } from '../named-key.ts';
import type { LogIdentity } from './export-format.ts';
import { type FieldValue, fieldsOf } from './fields.ts';
import { sentenceOf } from './sentence.ts';
import { severityOf } from './severity.ts';

/** RFC 5424 section 6.2.1: log audit. */
const facility = 13;
/** RFC 5424 section 6.3.2 wants a private enterprise number; 32473 is the one for documentation (RFC 5612). */
const structuredDataId = 'ferrohsm@32473';
/** RFC 5424 section 6. */
const longestHostName = 255;
const longestName = 32;
const byteOrderMark = '\ufeff';

/** RFC 5424 messages, one a record: all fields as structured data, a sentence for people as the text. */
export function syslogMessages(entries: readonly LogEntry[], log: LogIdentity): string[] {
  return entries.map((entry) => syslogMessage(entry, log));
}

function syslogMessage(entry: LogEntry, { origin }: LogIdentity): string {
  const { index, record, opening } = entry;
  const priority = facility * 8 + severityOf(record).syslog;
  const host = printable(origin.split('/')[0] ?? '', longestHostName);
  const name = printable(record.operation, longestName);
  const fields = [['log', origin], ['index', index], ...fieldsOf(entry), ['opening', opening]] as const;
  const data = fields.map(([field, value]) => ` ${parameterName(field)}="${parameterValue(value)}"`).join('');
  const head = `<${priority}>1 ${isoTime(record.time)} ${host} ferrohsm - ${name}`;
  return `${head} [${structuredDataId}${data}] ${text(sentenceOf(entry))}`;
}

/** RFC 5424 section 6.4: text beyond ASCII starts with a byte order mark. */
function text(sentence: string): string {
  const line = sentence.replaceAll(/\p{Cc}/gu, ' ');
  return /^[\x20-\x7e]*$/.test(line) ? line : byteOrderMark + line;
}

function printable(value: string, longest: number): string {
  return value.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, longest) || '-';
}

/** RFC 5424 section 6.3.3: no space, equals sign, bracket or quote. */
function parameterName(name: string): string {
  return printable(name, longestName).replaceAll(/[=\]"]/g, '_');
}

/** Quote, backslash and closing bracket are escaped; control characters would break receivers that part by lines. */
function parameterValue(value: FieldValue): string {
  const plain = typeof value === 'object' ? value.join(' ') : String(value);
  return plain.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/["\\\]]/g, '\\$&');
}
