import type { LogEntry } from './log-entry.ts';

/** Which records are wanted; what is absent does not matter. */
export interface RecordFilter {
  /** Names of operations, `*` stands for any part. */
  readonly operation?: readonly string[];
  readonly outcome?: readonly string[];
  readonly phase?: readonly string[];
  readonly principal?: readonly string[];
  /** Handle, id or name of a key, or another resource. */
  readonly resource?: readonly string[];
  readonly error?: readonly string[];
  /** Milliseconds since 1970; the first is included, the second not. */
  readonly since?: number;
  readonly until?: number;
}

/** A test for records. */
export function recordTest(filter: RecordFilter): (entry: LogEntry) => boolean {
  const operations = filter.operation?.map(globPattern);
  return ({ record, personal }) =>
    (operations === undefined || operations.some((pattern) => pattern.test(record.operation))) &&
    isOneOf(filter.outcome, record.outcome) &&
    isOneOf(filter.phase, record.phase) &&
    isOneOf(filter.error, record.error) &&
    isOneOf(filter.principal, personal?.principal) &&
    (filter.resource === undefined || filter.resource.some((name) => isAbout(name, record))) &&
    record.time >= (filter.since ?? Number.NEGATIVE_INFINITY) &&
    record.time < (filter.until ?? Number.POSITIVE_INFINITY);
}

function globPattern(glob: string): RegExp {
  const source = glob
    .split('*')
    .map((part) => part.replaceAll(/[^\w]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}$`);
}

function isOneOf(wanted: readonly string[] | undefined, value: string | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value));
}

/** A key handle is `id/version`; who asks for the key means each version. */
function isAbout(name: string, { resource, keyName }: LogEntry['record']): boolean {
  return keyName === name || resource === name || resource?.startsWith(`${name}/`) === true;
}
