import { SidecarError } from '../errors.ts';
import type { Secret } from '../secret.ts';
import { AuthenticatedRows } from './authenticated-rows.ts';
import type { Keystore } from './contract.ts';
import { corruption } from './corruption.ts';
import { openEnvelope } from './envelope-opening.ts';
import type { GenerationVault } from './generation-secrets.ts';
import { MerkleTree } from './merkle-tree.ts';
import { PendingNodes } from './pending-nodes.ts';
import { RowKeystore } from './row-keystore.ts';
import type { Sealing } from './sealing.ts';
import type { RowStorage, StoredState } from './storage/row-storage.ts';
import { type StateSeal, type StoreState, sealOf } from './store-state.ts';
import { Turnover } from './turnover.ts';
import { UsageRows } from './usage-rows.ts';

const firstGeneration = 1;
const nothing = (): void => undefined;

export interface StoreOptions {
  /**
   * Root keys that may have made the store, the likeliest first: while one is changed, the new one and the old one. They
   * stay the caller's to dispose; not needed after opening. The first one makes a new store.
   */
  readonly rootKeys: readonly [Secret, ...Secret[]];
  readonly sealing: Sealing;
  /** Hears which of the root keys opened the store. */
  readonly onRootKey?: ((rootKey: Secret) => void) | undefined;
  /** Called once when a write failed so that nobody knows what the storage holds: nothing more may be answered. */
  readonly onFailure?: (error: SidecarError) => void;
  /** Hears how long each durable write took, in milliseconds. */
  readonly onCommit?: (durationMs: number) => void;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Opens the store that lies in a storage, or makes one there.
 *
 * @param storage taken over, unless this throws
 * @throws SidecarError `config_invalid` for the wrong root key, `keystore_corrupt` for anything that does not verify
 */
export function openStore(storage: RowStorage, secrets: GenerationVault, options: StoreOptions): Keystore {
  const { sealing, rootKeys, onFailure: onStopped = nothing, onCommit = nothing, now = Date.now } = options;
  const isNew = storage.foundFormat === 0;
  const found = isNew ? undefined : foundState(storage);
  const { rootKey, seal } = sealOf(found, sealing, rootKeys);
  try {
    const before = found && authenticState(storage, seal, found);
    settleSecrets(storage, secrets, before);
    const envelope = openEnvelope(sealing, rootKey, secrets, before ?? { generation: firstGeneration });
    const { stored, state } = upgraded(storage, seal, found, before);
    secrets.confirm(state.generation);
    const rows = new AuthenticatedRows({ storage, seal, stored, state, onStopped, onCommit });
    const turnover = new Turnover({ rows, envelope, secrets, sealing, rootKey });
    turnover.eraseEarlier();
    options.onRootKey?.(rootKey);
    return new RowKeystore({ rows, envelope, turnover, usage: new UsageRows(rows), files: storage.files, now });
  } catch (error) {
    seal[Symbol.dispose]();
    throw error;
  }
}

function foundState(storage: RowStorage): StoredState {
  const stored = storage.state();
  if (stored === undefined) throw corruption('the keystore state is missing');
  return stored;
}

/**
 * Makes the secret of a new store, or brings the secrets of one in line with its state.
 *
 * @throws SidecarError `keystore_corrupt` when the secrets have seen a later state than the storage, or any at all without one
 */
function settleSecrets(storage: RowStorage, secrets: GenerationVault, state: StoreState | undefined): void {
  const newest = Math.max(0, ...secrets.confirmed());
  if (state === undefined) {
    // A store that vanished is never silently begun anew.
    if (newest > 0) throw corruption('the database is missing');
    secrets.create(firstGeneration).dispose();
    return;
  }
  if (newest > state.generation) throw corruption('the database is older than its generation secrets');
  // The process that made this state may have died before it was durable: it must be, before the secret says so.
  if (secrets.isProvisional(state.generation)) {
    if (!storage.settle()) throw new SidecarError('keystore_unavailable', 'somebody else reads the database');
    secrets.confirm(state.generation);
  }
  secrets.eraseProvisional();
}

function authenticState(storage: RowStorage, seal: StateSeal, stored: StoredState): StoreState {
  const state = seal.open(stored);
  if (state.format !== storage.foundFormat) throw corruption('the format of the keystore was changed');
  return state;
}

/** Brings the store to the newest format, or makes an empty one, in one write. */
function upgraded(
  storage: RowStorage,
  seal: StateSeal,
  stored: StoredState | undefined,
  before: StoreState | undefined,
): { readonly stored: StoredState; readonly state: StoreState } {
  const { format } = storage;
  if (stored !== undefined && before?.format === format) return { stored, state: before };
  const nodes = new PendingNodes(() => undefined);
  const state = { ...(before ?? emptyState(nodes)), format };
  const { generation } = state;
  const next = seal.seal(state);
  storage.write({ rows: new Map(), terms: [], nodes: nodes.take(), state: next, generation }, stored?.body);
  return { stored: next, state };
}

function emptyState(nodes: PendingNodes): StoreState {
  const { root } = MerkleTree.create(nodes);
  return { format: 0, generation: firstGeneration, counter: 0, root: root.toString('hex'), counts: {} };
}
