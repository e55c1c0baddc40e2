import { createHash } from 'node:crypto';
import type { Role } from '@ferrohsm/sdk/node';

/** The token of a principal in a test: known to the test, the sidecar has its digest. */
export function tokenOf(id: string): string {
  return createHash('sha256').update(`token of ${id}`).digest('base64url');
}

/** A principals.json with one token a principal, and the user of the test as `owner` with every role. */
export function principalsFile(roles: Readonly<Record<string, readonly Role[]>>): string {
  const everything: Role[] = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'];
  const owner = { id: 'owner', kind: 'person', roles: everything, credentials: [{ uid: process.getuid?.() }] };
  const others = Object.entries(roles).map(([id, given]) => ({
    id,
    kind: 'workload',
    owner: 'owner',
    roles: given,
    credentials: [{ tokenSha256: createHash('sha256').update(tokenOf(id)).digest('base64url') }],
  }));
  return JSON.stringify({ principals: [owner, ...others] });
}
