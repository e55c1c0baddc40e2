import { allDocuments, type ChangeRequest, type DocumentChanges, type Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { ApprovalKey, Group, PrincipalRecord } from '../generated/types.ts';
import { createInTurn, type InTurn } from '../in-turn.ts';
import { proveApprovalKey } from './approval-keys.ts';
import { createDirectory, type Directory, type DirectoryChange } from './directory.ts';
import type { Governance } from './principals.ts';
import { type LoadedPrincipals, loadPrincipals, sharedUidNotices } from './principals-file.ts';

const principalKind = 'principal';
const groupKind = 'group';

/** Throws when the change would leave too few people for an operation (`quorum_unreachable`). */
export type DirectoryCheck = (next: Directory) => void;

/** Who there is, now and after each change. */
export interface DirectoryHolder {
  readonly governance: Governance;
  readonly current: Directory;
  /**
   * Changes documents and snapshot together, and before it resolves everybody who must know of it knows.
   *
   * @throws SidecarError `governed_by_file`, `data_invalid`, `not_found`, `quorum_unreachable`
   */
  apply(change: DirectoryChange, request: ChangeRequest): Promise<Directory>;
  /**
   * The same for a change that depends on what there is; no other change comes between.
   *
   * @param check in place of the holder's own
   * @returns the change that was made, for a repeated request the first one
   */
  update(
    make: (current: Directory) => DirectoryChange,
    request: ChangeRequest,
    check?: DirectoryCheck,
  ): Promise<DirectoryChange>;
}

export interface DirectoryHolderOptions {
  readonly documents: Documents;
  /** Of `principals.json`. */
  readonly path: string;
  /** Uid that the sidecar runs under. */
  readonly uid: number;
  readonly check: DirectoryCheck;
  /** Ends what rests on the directory as it was. */
  readonly changed: () => void;
  /** Shared with whatever else `check` looks at, so that nothing changes between check and change. */
  readonly inTurn?: InTurn;
  /** Writes what else goes with a principal or group, in the same transaction. */
  readonly removed: (id: string, changes: DocumentChanges) => void;
}

export interface OpenedDirectory {
  readonly holder: DirectoryHolder;
  /** What the one who starts the sidecar must be told. */
  readonly notices: readonly string[];
}

/**
 * Opens the directory. Where records are kept, they are the truth and the file is not read; otherwise the file is,
 * unless it says `"governance": "records"`: then it becomes the first records.
 *
 * @throws SidecarError `config_invalid`
 * @example const { holder } = await openDirectory({ documents, path, uid, check, changed, removed });
 */
export async function openDirectory(options: DirectoryHolderOptions): Promise<OpenedDirectory> {
  const { documents, path, uid } = options;
  const recorded = await loadRecords(documents);
  if (recorded.principals.length > 0) {
    const notices = ['principals.json is not read: principals and groups are records of the keystore'];
    const holder = recordsHolder(createDirectory(recorded), options);
    return { holder, notices: [...notices, ...sharedUidNotices(recorded.principals, uid)] };
  }
  const file = await loadPrincipals({ path, uid });
  const directory = createDirectory(file);
  if (file.governance === 'file') return { holder: fileHolder(directory), notices: file.notices };
  options.check(directory);
  await seed(documents, file);
  const notices = [...file.notices, 'principals and groups of principals.json became records of the keystore'];
  return { holder: recordsHolder(directory, options), notices };
}

async function loadRecords(documents: Documents): Promise<{ principals: PrincipalRecord[]; groups: Group[] }> {
  const principals = await allDocuments<PrincipalRecord>(documents, principalKind);
  const groups = await allDocuments<Group>(documents, groupKind);
  return { principals: principals.map(({ value }) => value), groups: groups.map(({ value }) => value) };
}

async function seed(documents: Documents, { principals, groups }: LoadedPrincipals): Promise<void> {
  if (principals.length === 0) throw new SidecarError('config_invalid', 'principals.json: records need a principal');
  await documents.change((changes) => {
    for (const principal of principals) changes.put(principalKind, principal.id, principal);
    for (const group of groups) changes.put(groupKind, group.id, group);
  });
}

function fileHolder(current: Directory): DirectoryHolder {
  const refuse = async () => {
    throw new SidecarError('governed_by_file', 'principals.json');
  };
  return { governance: 'file', current, apply: refuse, update: refuse };
}

function recordsHolder(first: Directory, options: DirectoryHolderOptions): DirectoryHolder {
  const { documents, changed, removed } = options;
  const { inTurn = createInTurn() } = options;
  let current = first;

  async function make(
    wish: (current: Directory) => DirectoryChange,
    request: ChangeRequest,
    check: DirectoryCheck,
  ): Promise<DirectoryChange> {
    const earlier = await documents.result<DirectoryChange>(request);
    if (earlier !== undefined) return earlier;
    const change = wish(current);
    const next = current.with(change);
    for (const key of newApprovalKeys(change, current)) await proveApprovalKey(key);
    // Without a principal the next start would take the file for the truth again.
    if (next.principals.length === 0) throw new SidecarError('quorum_unreachable', 'nobody would be left');
    check(next);
    await documents.change((changes) => {
      write(current, next, changes);
      for (const id of [change.removePrincipal, change.removeGroup]) if (id !== undefined) removed(id, changes);
      return change;
    }, request);
    current = next;
    changed();
    return change;
  }

  /** One after the other: each change starts from what the one before has left. */
  const update: DirectoryHolder['update'] = (wish, request, check = options.check) =>
    inTurn(() => make(wish, request, check));

  return {
    governance: 'records',
    get current() {
      return current;
    },
    update,
    async apply(change, request) {
      await update(() => change, request);
      return current;
    },
  };
}

function newApprovalKeys({ principal }: DirectoryChange, current: Directory): ApprovalKey[] {
  if (principal === undefined) return [];
  const known = new Set(current.record(principal.id)?.approvalKeys?.map((key) => JSON.stringify(key)));
  return (principal.approvalKeys ?? []).filter((key) => !known.has(JSON.stringify(key)));
}

/** Unchanged records are the same objects in both. */
function write(before: Directory, after: Directory, changes: DocumentChanges): void {
  writeKind(principalKind, before.principals, after.principals, changes);
  writeKind(groupKind, before.groups, after.groups, changes);
}

function writeKind(
  kind: string,
  before: readonly (PrincipalRecord | Group)[],
  after: readonly (PrincipalRecord | Group)[],
  changes: DocumentChanges,
): void {
  const known = new Set<object>(before);
  const kept = new Set(after.map(({ id }) => id));
  for (const record of after) if (!known.has(record)) changes.put(kind, record.id, record);
  for (const { id } of before) if (!kept.has(id)) changes.delete(kind, id);
}
