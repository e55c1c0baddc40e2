import { corruption } from './corruption.ts';
import type { Binding, Envelope, SealedSecret } from './envelope.ts';
import type { KeyRows } from './key-rows.ts';
import { versionBinding } from './record-encoding.ts';
import type { RowChanges } from './row-change.ts';
import { systemBinding } from './system-secret.ts';

/** A row with a sealed secret, whatever else is in it. */
export interface SealedRow {
  readonly sealed: SealedSecret;
  readonly binding: Binding;
  /** Writes the row with the secret sealed otherwise. */
  put(changes: RowChanges, sealed: SealedSecret): void;
}

/**
 * Reads the row of a path whose kind is a sealed one.
 *
 * @throws SidecarError `keystore_corrupt` for a row that nothing refers to
 */
export function sealedRow(keys: KeyRows, path: string): SealedRow {
  const [kind, ...rest] = path.split('/');
  return kind === 'system' ? systemRow(keys, rest.join('/')) : versionRow(keys, rest[0] ?? '', Number(rest[1]));
}

/** Seals the secret of a row under the present generation. */
export function rewrapRow(keys: KeyRows, envelope: Envelope, changes: RowChanges, path: string): void {
  const { sealed, binding, put } = sealedRow(keys, path);
  put(changes, envelope.rewrap(sealed, binding, binding));
}

function systemRow(keys: KeyRows, name: string): SealedRow {
  const stored = keys.system(name);
  if (stored === undefined) throw corruption('a system secret vanished');
  return {
    sealed: stored.sealed,
    binding: systemBinding(name, stored.createdAt),
    put: (changes, sealed) => keys.putSystem(changes, name, { ...stored, sealed }),
  };
}

function versionRow(keys: KeyRows, id: string, number: number): SealedRow {
  const record = keys.find(id);
  const version = record?.versions.find((candidate) => candidate.version === number);
  if (record === undefined || version === undefined) throw corruption('a sealed secret belongs to no key');
  const stored = keys.version(id, number);
  return {
    sealed: stored.sealed,
    binding: versionBinding(record, version, stored.format),
    put: (changes, sealed) => keys.putVersion(changes, id, number, { ...stored, sealed }),
  };
}
