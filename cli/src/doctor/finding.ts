/** What one look found. */
export interface Finding {
  readonly level: 'ok' | 'warning' | 'fault';
  /** What was looked at, in a word or two. */
  readonly subject: string;
  readonly finding: string;
  /** The next step. */
  readonly fix?: string;
}

export function ok(subject: string, finding: string): Finding {
  return { level: 'ok', subject, finding };
}

export function warning(subject: string, finding: string, fix: string): Finding {
  return { level: 'warning', subject, finding, fix };
}

export function fault(subject: string, finding: string, fix: string): Finding {
  return { level: 'fault', subject, finding, fix };
}
