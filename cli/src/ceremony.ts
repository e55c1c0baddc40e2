import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ApprovalKey, PrincipalRecord } from '@ferrohsm/sdk/node';
import { encodePrivateKey, generateApprovalKey, publicApprovalKey } from './approval-key.ts';
import { writeOutputFile } from './output-file.ts';

/** A person who is to govern the sidecar. */
export interface Custodian {
  readonly id: string;
  /** Who logs in by it; without one a token is made. */
  readonly uid?: number;
  /** Made by the person beforehand; without one a key pair is made. */
  readonly approvalKey?: ApprovalKey;
}

export interface Ceremony {
  readonly custodians: readonly Custodian[];
  /** Of the sidecar. */
  readonly configFolder: string;
  /** Where the custodians' secrets are written, to be handed over. */
  readonly secretsFolder: string;
  /** Algorithm of the key pairs that are made. */
  readonly algorithm: string;
  /** Cedar; without it the sidecar starts with the shipped roles. */
  readonly policy: string | undefined;
}

/** What one custodian has to keep. */
export interface Belongings {
  readonly id: string;
  readonly keyId: string;
  readonly keyFile?: string;
  readonly tokenFile?: string;
}

const tokenBytes = 32;
/** Custodians change principals and policies, and consent to the changes of the others. */
const custodianRoles: PrincipalRecord['roles'] = ['Administrator', 'Officer'];

/**
 * Writes the configuration of a sidecar that its custodians govern by records, and their secrets. All of it, or nothing.
 *
 * @throws CliError 73, also for a file that is there already
 */
export function holdCeremony(ceremony: Ceremony): Belongings[] {
  const { custodians, configFolder, secretsFolder, policy } = ceremony;
  const written: string[] = [];
  const write = (path: string, content: Buffer): string => {
    writeOutputFile(path, content, { secret: true });
    written.push(path);
    return path;
  };
  try {
    makePrivateFolder(configFolder);
    makePrivateFolder(secretsFolder);
    const equipped = custodians.map((custodian) => equip(custodian, ceremony, write));
    if (policy !== undefined) write(join(configFolder, 'policy.cedar'), Buffer.from(policy));
    // Last: the sidecar takes what it finds.
    const principals = equipped.map(({ record }) => record);
    const text = `${JSON.stringify({ governance: 'records', principals }, null, 2)}\n`;
    write(join(configFolder, 'principals.json'), Buffer.from(text));
    return equipped.map(({ belongings }) => belongings);
  } catch (error) {
    for (const path of written) rmSync(path, { force: true });
    throw error;
  }
}

function equip(custodian: Custodian, ceremony: Ceremony, write: (path: string, content: Buffer) => string) {
  const { id, uid } = custodian;
  const place = join(ceremony.secretsFolder, id.replaceAll('/', '_'));
  const key = custodian.approvalKey ?? makeKey(ceremony.algorithm, (pem) => write(`${place}.key`, pem));
  const credential = uid === undefined ? makeToken((token) => write(`${place}.token`, token)) : { uid };
  const record: PrincipalRecord = {
    id,
    kind: 'person',
    roles: custodianRoles,
    credentials: [credential],
    approvalKeys: [key],
  };
  const belongings: Belongings = {
    id,
    keyId: key.id,
    ...(custodian.approvalKey === undefined && { keyFile: `${place}.key` }),
    ...(uid === undefined && { tokenFile: `${place}.token` }),
  };
  return { record, belongings };
}

function makeKey(algorithm: string, write: (pem: Buffer) => void): ApprovalKey {
  const key = generateApprovalKey(algorithm);
  const pem = encodePrivateKey(key, undefined);
  write(pem);
  pem.fill(0);
  return publicApprovalKey(key);
}

function makeToken(write: (token: Buffer) => void): { tokenSha256: string } {
  const token = randomBytes(tokenBytes).toString('base64url');
  write(Buffer.from(`${token}\n`));
  return { tokenSha256: createHash('sha256').update(token).digest('base64url') };
}

function makePrivateFolder(folder: string): void {
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) chmodSync(folder, 0o700);
}
