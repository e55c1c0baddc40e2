import type { ApprovalKey } from '@ferrohsm/sdk/node';
import type { Custodian } from './ceremony.ts';
import { CliError, usageError } from './errors.ts';
import { readJsonObject } from './json-input.ts';

const greatestUid = 0xffff_fffe;

/**
 * Custodians of the options `--custodian NAME[:uid]` and `--approval-key NAME=FILE`.
 *
 * @throws CliError 2, 65, 66
 */
export function parseCustodians(names: readonly string[], keyFiles: readonly string[]): Custodian[] {
  const keys = new Map(keyFiles.map(parseKeyFile));
  const custodians = names.map((text) => {
    const { id, uid } = parseCustodian(text);
    const file = keys.get(id);
    keys.delete(id);
    return { id, ...(uid !== undefined && { uid }), ...(file !== undefined && { approvalKey: readKey(file) }) };
  });
  const [stranger] = keys.keys();
  if (stranger !== undefined) throw usageError(`${stranger} is no custodian`, 'add --custodian NAME');
  refuseTwins(custodians);
  return custodians;
}

function parseCustodian(text: string): { id: string; uid?: number } {
  const [, id = '', uid] = /^([A-Za-z0-9][A-Za-z0-9._@/-]{0,126})(?::(\d{1,10}))?$/.exec(text) ?? [];
  if (id === '' || Number(uid ?? 0) > greatestUid) {
    throw usageError(`not a custodian: ${text}`, 'write --custodian NAME or --custodian NAME:UID');
  }
  return uid === undefined ? { id } : { id, uid: Number(uid) };
}

function parseKeyFile(text: string): [id: string, file: string] {
  const at = text.indexOf('=');
  if (at < 1) throw usageError(`not a key of a custodian: ${text}`, 'write --approval-key NAME=FILE');
  return [text.slice(0, at), text.slice(at + 1)];
}

function readKey(file: string): ApprovalKey {
  const key = readJsonObject(file) as Partial<ApprovalKey>;
  if (typeof key.id === 'string' && typeof key.kind === 'string' && typeof key.algorithm === 'string') {
    return key as ApprovalKey;
  }
  throw new CliError(65, `${file} is no public approval key`, 'it is what "ferrohsm approver create" prints');
}

/** One person under two names would be two voices, and so would one uid or key. */
function refuseTwins(custodians: readonly Custodian[]): void {
  const seen = new Set<string>();
  for (const { id, uid, approvalKey } of custodians) {
    const marks = [`name ${id}`, ...(uid === undefined ? [] : [`uid ${uid}`])];
    if (approvalKey !== undefined) marks.push(`key ${approvalKey.id}`);
    for (const mark of marks) {
      if (seen.has(mark)) throw usageError(`two custodians with the ${mark}`, 'each must be another person');
      seen.add(mark);
    }
  }
}
