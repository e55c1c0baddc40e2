import type { KeyRecord } from '../generated/types.ts';
import type { AuthenticatedRows } from './authenticated-rows.ts';
import { corruption } from './corruption.ts';
import type { Envelope } from './envelope.ts';
import { KeyRows } from './key-rows.ts';
import { kindOf } from './row-kinds.ts';
import { sealedRow } from './sealed-rows.ts';
import { inSlices } from './slices.ts';
import type { Snapshot } from './snapshot.ts';
import { TermCheck } from './term-check.ts';

/**
 * Checks everything: tree, rows, seals and file. It reads the store as it is now, so that it may change meanwhile; but a
 * write of anyone else than this process ends it.
 *
 * @throws SidecarError `keystore_corrupt`
 */
export async function checkStore(rows: AuthenticatedRows, envelope: Envelope): Promise<{ rows: number; root: string }> {
  return await inSnapshot(rows, async (snapshot, refuse) => {
    const terms = new TermCheck(snapshot);
    const count = await inSlices(snapshot.check(checksOf(snapshot, envelope, terms)), refuse);
    terms.refuseOthers();
    await snapshot.checkMedium();
    return { rows: count, root: snapshot.state.root };
  });
}

/**
 * Proves that every secret opens under the present generation, so that nothing is left which an earlier one is needed for:
 * what is written later is sealed under the present one anyway.
 *
 * @throws SidecarError `keystore_corrupt`
 */
export async function proveGeneration(rows: AuthenticatedRows, envelope: Envelope): Promise<void> {
  await inSnapshot(rows, async (snapshot, refuse) => {
    const open = openRow(snapshot, envelope, snapshot.state.generation);
    await inSlices(snapshot.checkSealed(open), refuse);
  });
}

async function inSnapshot<T>(
  rows: AuthenticatedRows,
  work: (snapshot: Snapshot, refuseOutsideWrites: () => void) => Promise<T>,
): Promise<T> {
  const { refuse } = rows.outsideWrites();
  using snapshot = rows.snapshot();
  const result = await work(snapshot, refuse);
  refuse();
  return result;
}

function checksOf(snapshot: Snapshot, envelope: Envelope, terms: TermCheck): (path: string) => void {
  const keys = new KeyRows(snapshot);
  const open = openRow(snapshot, envelope);
  const checks: Readonly<Record<string, (path: string) => void>> = {
    key: (path) => terms.check(checkKey(keys, path.slice('key/'.length))),
    name: (path) => checkName(keys, path.slice('name/'.length)),
    system: open,
    version: open,
  };
  return (path) => checks[kindOf(path)]?.(path);
}

function checkKey(keys: KeyRows, id: string): KeyRecord {
  const record = keys.find(id);
  if (record === undefined || keys.find(record.name)?.id !== id) throw corruption('a key is not found by its name');
  for (const { version, state } of record.versions) if (state !== 'destroyed') keys.version(id, version);
  return record;
}

function checkName(keys: KeyRows, name: string): void {
  if (keys.find(name) === undefined) throw corruption('a name has no key');
}

/** @param only generation that may have sealed; any that the envelope holds unless told */
function openRow(snapshot: Snapshot, envelope: Envelope, only?: number): (path: string) => void {
  const keys = new KeyRows(snapshot);
  return (path) => {
    const { sealed, binding } = sealedRow(keys, path);
    if (only !== undefined && sealed.generation !== only) throw corruption('a secret is left of an earlier generation');
    envelope.open(sealed, binding).dispose();
  };
}
