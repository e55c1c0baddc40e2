import type { AuditRecord } from '@ferrohsm/sdk/node';

/** How much a record asks for attention, in the words of each format. */
export interface Severity {
  /** RFC 5424 section 6.2.1. */
  readonly syslog: number;
  /** OpenTelemetry log data model: SeverityNumber and its short name; the mapping from syslog is its appendix. */
  readonly number: number;
  readonly text: string;
  /** OCSF severity_id. */
  readonly ocsf: number;
}

const alert: Severity = { syslog: 1, number: 19, text: 'ERROR3', ocsf: 4 };
const error: Severity = { syslog: 3, number: 17, text: 'ERROR', ocsf: 3 };
const warning: Severity = { syslog: 4, number: 13, text: 'WARN', ocsf: 2 };
const informational: Severity = { syslog: 6, number: 9, text: 'INFO', ocsf: 1 };

/** An emergency that is opened asks for somebody at once, whatever becomes of it. */
export function severityOf({ operation, outcome }: AuditRecord): Severity {
  if (operation === 'breakGlass.open') return alert;
  if (outcome === 'failed') return error;
  return outcome === 'denied' ? warning : informational;
}
