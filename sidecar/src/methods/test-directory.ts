import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SidecarError } from '../errors.ts';
import type { Group, PrincipalRecord } from '../generated/types.ts';
import type { Directory } from '../identity/directory.ts';
import { openDirectory } from '../identity/directory-store.ts';
import { testDocuments } from '../identity/test-identity.ts';
import { principalOf } from '../policy/test-request.ts';
import type { Execution } from '../request/context.ts';

export const alice: PrincipalRecord = { id: 'alice', kind: 'person', roles: ['Administrator'], credentials: [] };
export const bob: PrincipalRecord = { id: 'bob', kind: 'person', roles: ['Officer'], credentials: [] };
export const ops: Group = { id: 'ops', members: ['alice', 'bob'], roles: ['Auditor'] };

/** A directory of records on real files that needs `leastPeople` principals after each change. */
export async function testDirectory(leastPeople = 1, governance = 'records') {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-methods-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'principals.json');
  writeFileSync(path, JSON.stringify({ governance, principals: [alice, bob], groups: [ops] }), { mode: 0o600 });
  const documents = await testDocuments();
  let isOpen = false;
  const check = (next: Directory) => {
    if (!isOpen) return;
    const approvers = next.principals.filter(({ approvalKeys = [] }) => approvalKeys.length > 0);
    const people = next.principals.length + approvers.length;
    if (people < leastPeople) throw new SidecarError('quorum_unreachable', `${people} of ${leastPeople}`);
  };
  const nothing = () => undefined;
  const uid = process.getuid?.() ?? 0;
  const { holder } = await openDirectory({ documents, path, uid, check, changed: nothing, removed: nothing });
  isOpen = true;
  return { holder, documents };
}

let calls = 0;

/** A call of that principal, other than all before. */
export function callOf(id: string): Execution {
  calls += 1;
  return { principal: principalOf(id), requestDigest: `digest ${calls}` } as Execution;
}
