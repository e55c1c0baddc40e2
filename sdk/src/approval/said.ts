import { printable } from './printable.ts';

/** A value within a sentence; an empty text would be overlooked. */
export function said(value: unknown): string {
  return typeof value === 'string' && value !== '' ? printable(value) : (JSON.stringify(value) ?? 'nothing');
}
