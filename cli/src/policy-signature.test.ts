import { createPublicKey, verify } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { expect, onTestFinished, test } from 'vitest';
import { encodePrivateKey, generateApprovalKey } from './approval-key.ts';
import { policySignature } from './policy-signature.ts';

interface Asked {
  readonly requester: string;
  readonly method: string;
  readonly params: object;
}

/** A sidecar as far as it is asked here. */
function sidecar(version: number, pending: readonly Asked[]): FerroHsm {
  return {
    hello: { log: { origin: 'hsm.example' } },
    policy: { get: async () => ({ policy: { version } }) },
    session: { whoami: async () => ({ principal: { id: 'olga' } }) },
    approvals: {
      async *list({ state }: { state: string }) {
        if (state === 'pending')
          for (const each of pending) yield { operation: { ...each, params: JSON.stringify(each.params) } };
      },
    },
  } as unknown as FerroHsm;
}

const key = generateApprovalKey('EdDSA');
const change = { method: 'policy.load', params: { text: 'policies' }, text: 'policies' } as const;

function keyFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'fhsm-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'key');
  writeFileSync(file, encodePrivateKey(key, undefined));
  return file;
}

function claimsOf(signature: string) {
  return JSON.parse(Buffer.from(signature.split('.')[1] as string, 'base64url').toString());
}

test('policies are signed by the key, for the version that they replace', async () => {
  const signature = await policySignature(sidecar(7, []), change, { key: keyFile() });
  const [header, payload, bytes = ''] = signature.split('.');
  const signed = Buffer.from(`${header}.${payload}`);
  expect(verify(null, signed, createPublicKey(key), Buffer.from(bytes, 'base64url'))).toBe(true);
  expect(claimsOf(signature)).toMatchObject({ replaces: 7, person: 'olga', audience: 'hsm.example' });
});

test('what was asked for is signed the same when it is asked for again, and anew when it does not fit', async () => {
  const options = { key: keyFile() };
  const first = await policySignature(sidecar(7, []), change, options);
  const mine = { requester: 'olga', method: 'policy.load', params: { text: 'policies', signature: first } };
  const absent = { key: '/no/such/key' };
  expect(await policySignature(sidecar(7, [mine]), change, absent)).toBe(first);
  const others = [
    { ...mine, requester: 'bob' },
    { ...mine, method: 'policy.rollback' },
    { ...mine, params: { text: 'other policies', signature: first } },
  ];
  await expect(policySignature(sidecar(7, others), change, absent)).rejects.toMatchObject({ exitStatus: 66 });
  expect(claimsOf(await policySignature(sidecar(8, [mine]), change, options)).replaces).toBe(8);
});
