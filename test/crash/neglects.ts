import type { DiskOperation } from './disk-operation.ts';
import { generationFile } from './generation-files.ts';
import type { Ignored } from './ignored-sync.ts';

export interface Neglect {
  /** What is not synced. */
  readonly what: string;
  readonly isIgnored: Ignored;
  /** What the checks say then. */
  readonly found: RegExp;
}

const journalSegment = /^\d{8}$/;

/** Omissions of a sidecar that the checks must find, so that they are known to find any. */
export const neglects: readonly Neglect[] = [
  {
    what: 'the erasure of a secret',
    isIgnored: (operation, names) => names.some(isGeneration) && isErasure(operation),
    found: /'generation-1\.secret'/,
  },
  {
    what: 'a new secret',
    isIgnored: (_, names) => names.some(isGeneration),
    found: /secret of key generation 3 is missing/,
  },
  {
    what: 'a change of the store',
    isIgnored: ({ kind }, names) => kind === 'write' && names.includes('keystore.db-wal'),
    found: /keystore is not the one that the log ends with/,
  },
  {
    what: 'a backup',
    isIgnored: ({ kind }, names) => kind === 'write' && names.some((name) => name.endsWith('.fhbk')),
    // SHA-256 of nothing.
    found: /47DEQpj8HBSa/,
  },
  {
    what: 'a record of the log',
    isIgnored: ({ kind }, names) => kind === 'write' && names.some((name) => journalSegment.test(name)),
    found: /the log does not verify: journal/,
  },
];

function isGeneration(name: string): boolean {
  return generationFile.test(name);
}

function isErasure(operation: DiskOperation): boolean {
  return operation.kind === 'unlink' || (operation.kind === 'write' && operation.bytes.every((byte) => byte === 0));
}
