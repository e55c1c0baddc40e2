import { randomUUID, verify } from 'node:crypto';
import type { FerroHsm } from '@ferrohsm/sdk/node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CKA } from '../../pkcs11/src/codec/constants/attribute-types.ts';
import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import { CKO } from '../../pkcs11/src/codec/constants/objects.ts';
import { CKR } from '../../pkcs11/src/codec/constants/return-values.ts';
import type { CkUlong } from '../../pkcs11/src/codec/ulong.ts';
import { attributeOf } from '../../pkcs11/src/objects/attributes.ts';
import { publicKeyOf } from '../../pkcs11/src/objects/named-key-objects.ts';
import { defaultPolicy } from '../../sidecar/src/policy/default-policy.ts';
import { consent, type HeldApproval } from '../end-to-end/approvers.ts';
import { CodecClient } from './codec-client.ts';
import { refusal } from './refusal.ts';
import { ServedSidecar } from './served-sidecar.ts';

// Approvals that are given beforehand, for a window and a count, are a policy and a quota of the key.
const policy = `${defaultPolicy}
@id("held.signatures")
forbid (principal, action == Action::"subtle.sign", resource is Key) when { resource.hasTag("approve") }
unless {
  context.approvals >= 1 ||
  (resource.getTag("approve") == "migration" &&
    context.time >= datetime("2026-01-01") && context.time < datetime("2096-01-01")) ||
  (resource.getTag("approve") == "past migration" && context.time < datetime("2026-01-01"))
};
`;
const data = Buffer.from('what is signed');

let served: ServedSidecar;
let owner: FerroHsm;
let client: CodecClient;
let session: CkUlong;
beforeAll(async () => {
  served = await ServedSidecar.serve({ policy });
  owner = await served.connect();
  client = await CodecClient.open(served.socketPath);
  session = await client.openSession();
});
afterAll(async () => {
  await client[Symbol.asyncDispose]();
  await owner.close();
  await served[Symbol.asyncDispose]();
});

async function keyWith(name: string, approve: string): Promise<CkUlong> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  await owner.keys.create({ name, algorithm, usages: ['sign', 'verify'], labels: { approve } });
  const template = [attributeOf(CKA.LABEL, Buffer.from(name)), attributeOf(CKA.CLASS, CKO.PRIVATE_KEY)];
  await client.call('C_FindObjectsInit', { session, template });
  const { objects } = await client.call('C_FindObjects', { session, room: 2 });
  await client.call('C_FindObjectsFinal', { session });
  return (objects as readonly CkUlong[])[0] ?? 0;
}

async function sign(key: CkUlong): Promise<Buffer> {
  await client.call('C_SignInit', { session, mechanism: { mechanism: CKM.ECDSA_SHA256, parameter: undefined }, key });
  return (await client.call('C_Sign', { session, data, room: 256 })).data as Buffer;
}

async function waiting(): Promise<readonly HeldApproval[]> {
  const { approvals } = await owner.call('approvals.list', { state: 'pending' });
  return approvals as readonly HeldApproval[];
}

async function approveAll(): Promise<void> {
  await using officer = await served.connect('officer');
  for (const approval of await waiting()) {
    const evidence = consent(served.officer, approval);
    await officer.call('approvals.approve', { id: approval.id, evidence, requestId: randomUUID() });
  }
}

describe('a signature that other people have to approve', () => {
  test('is refused at once, its request is filed, and the same call goes through once it is approved', async () => {
    const key = await keyWith('held/each', 'each');
    expect(await refusal(sign(key))).toBe(CKR.FUNCTION_REJECTED);
    expect((await waiting()).map(({ operation }) => operation.method)).toEqual(['subtle.sign']);
    await approveAll();
    const signature = await sign(key);
    const { record } = await owner.call('keys.get', { name: 'held/each' });
    const publicKey = publicKeyOf(record.versions[0]?.publicKey?.data ?? new Uint8Array());
    expect(verify('sha256', data, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    expect(await refusal(sign(key))).toBe(CKR.FUNCTION_REJECTED);
  });

  test('goes through without, in the window and up to the count that people agreed to before', async () => {
    const key = await keyWith('held/migration', 'migration');
    const limit = { name: 'held/migration', quota: { perDay: 2 }, requestId: randomUUID() };
    await expect(owner.call('keys.limit', limit)).rejects.toMatchObject({ code: 'approval_required' });
    await approveAll();
    await owner.call('keys.limit', limit);
    expect([await refusal(sign(key)), await refusal(sign(key)), await refusal(sign(key))]).toEqual([
      ...[CKR.OK, CKR.OK, CKR.FUNCTION_REJECTED],
    ]);
  });

  test('is held again behind the window', async () => {
    expect(await refusal(sign(await keyWith('held/past', 'past migration')))).toBe(CKR.FUNCTION_REJECTED);
  });
});
