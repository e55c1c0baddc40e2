import type { SignatureReport } from '@ferrohsm/sdk/node';

/** What became of one signature line of a checkpoint. */
export function signatureText({ name, algorithm, valid }: SignatureReport): string {
  const verdict = valid === 'unchecked' ? 'not checked, no key given' : valid ? 'valid' : 'NOT VALID';
  return `${name} ${algorithm}: ${verdict}`;
}
