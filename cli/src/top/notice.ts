import { describeFailure } from '../failure.ts';

/** What the bottom of the screen says: what happened, and where it failed the next step. */
export interface Notice {
  readonly tone: 'good' | 'bad' | 'warning';
  readonly text: string;
  readonly next?: string | undefined;
}

export function good(text: string): Notice {
  return { tone: 'good', text };
}

/** A failure with its code and the next step. */
export function failureNotice(error: unknown): Notice {
  const failure = describeFailure(error);
  if (failure === undefined) return { tone: 'bad', text: 'error: no such command' };
  const { message, hint, code } = failure;
  return { tone: 'bad', text: `error${code === undefined ? '' : ` ${code}`}: ${message}`, next: hint };
}
