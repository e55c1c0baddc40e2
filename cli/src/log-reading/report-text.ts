import type { ReceiptReport } from '@ferrohsm/sdk/node';
import { pairs } from '../named-key.ts';
import { recordFields } from './record-text.ts';
import { signatureText } from './signature-text.ts';

/** What the verification of a receipt found, and the record where it is good. */
export function reportText({ origin, size, index, record, signatures, problems, ok }: ReceiptReport): string {
  const heading = pairs([
    ['log', origin],
    ['entries', String(size)],
    ...signatures.map((signature) => ['signature', signatureText(signature)] as const),
    ...problems.map((problem) => ['problem', problem] as const),
    ['result', ok ? 'ok' : 'NOT OK'],
  ]);
  if (record === undefined || !ok) return heading;
  return `${heading}\n\n${recordFields({ index, record, opening: 'none' })}`;
}
