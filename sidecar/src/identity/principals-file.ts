import { createConfigFile, readConfigFile } from '../files/config-file.ts';
import { proveApprovalKey } from './approval-keys.ts';
import { configInvalid } from './config-reader.ts';
import { overflowUids } from './overflow-uid.ts';
import { type ConfiguredPrincipals, everyRole, parsePrincipals } from './principals.ts';

export interface LoadedPrincipals extends ConfiguredPrincipals {
  /** What the one who starts the sidecar must be told, loudly. */
  readonly notices: readonly string[];
}

export interface PrincipalsFileOptions {
  readonly path: string;
  /** Uid that the sidecar runs under. */
  readonly uid: number;
}

/**
 * Reads `principals.json`. Where there is none, writes one (mode 0600) that makes the starting user its owner with all
 * roles. A file that others could write is refused. Throws `config_invalid`.
 *
 * @example const { principals, notices } = await loadPrincipals({ path, uid: process.geteuid() });
 */
export async function loadPrincipals({ path, uid }: PrincipalsFileOptions): Promise<LoadedPrincipals> {
  const notices: string[] = [];
  const existing = readConfigFile(path, uid);
  if (existing === undefined && createConfigFile(path, firstPrincipals(uid))) {
    notices.push(`principals.json was written: uid ${uid} is the principal "owner" with all roles`);
  }
  const text = existing ?? readConfigFile(path, uid) ?? '';
  const configured = parsePrincipals(text);
  await proveApprovalKeys(configured);
  return { ...configured, notices: [...notices, ...sharedUidNotices(configured.principals, uid)] };
}

/** A principal under the sidecar's own uid is told of at each start. */
export function sharedUidNotices(principals: ConfiguredPrincipals['principals'], uid: number): readonly string[] {
  const twin = principals.find(({ credentials }) => credentials.some((rule) => rule.uid === uid));
  if (twin === undefined) return [];
  return [
    `principal "${twin.id}" runs under the sidecar's own uid ${uid}: it can read the sidecar's memory and files, ` +
      'so its keys are not protected from it; for real use give the sidecar a user of its own',
  ];
}

async function proveApprovalKeys({ principals }: ConfiguredPrincipals): Promise<void> {
  for (const { id, approvalKeys = [] } of principals) {
    for (const key of approvalKeys) {
      await proveApprovalKey(key).catch((cause) => {
        throw configInvalid(`principals.json: approval key ${key.id} of ${id} is no sound public key`, cause);
      });
    }
  }
}

function firstPrincipals(uid: number): string {
  if (overflowUids().has(uid))
    throw configInvalid(`uid ${uid} stands for every unmapped user and cannot be a principal`);
  const owner = { id: 'owner', kind: 'person', roles: everyRole, credentials: [{ uid }] };
  return `${JSON.stringify({ principals: [owner] }, null, 2)}\n`;
}
