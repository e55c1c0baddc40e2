import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import type { ApprovalKey } from '../generated/types.ts';
import { createApproversEnrol } from './approvers.enrol.ts';
import { createApproversRemove } from './approvers.remove.ts';
import { createPrincipalsSet } from './principals.set.ts';
import { alice, bob, callOf, testDirectory } from './test-directory.ts';

async function newKey(algorithm: ApprovalKey['algorithm'] = 'EdDSA'): Promise<ApprovalKey> {
  const { publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { id: await calculateJwkThumbprint(jwk), kind: 'jwk', algorithm, jwk: JSON.stringify(jwk) };
}

const isAlice = ({ principal }: { principal: { id: string } }) => principal.id === 'alice';

test('a person enrols keys of each kind and has them removed', async () => {
  const { holder } = await testDirectory();
  const enrol = createApproversEnrol(holder, isAlice);
  const remove = createApproversRemove(holder);
  const keys = [await newKey(), await newKey('ES256'), await newKey('ML-DSA-65')];
  for (const [index, key] of keys.entries()) {
    const { principal } = await enrol({ person: 'bob', key, requestId: `e-${index}` }, callOf('bob'));
    expect(principal).toEqual({ ...bob, approvalKeys: keys.slice(0, index + 1) });
  }
  for (const [index, { id: keyId }] of keys.entries()) {
    await remove({ person: 'bob', keyId, requestId: `r-${index}` }, callOf('alice'));
  }
  expect(holder.current.record('bob')).toEqual(bob);
});

test('concurrent enrolments lose none', async () => {
  const { holder } = await testDirectory();
  const enrol = createApproversEnrol(holder, isAlice);
  const keys = await Promise.all(Array.from({ length: 8 }, () => newKey()));
  await Promise.all(keys.map((key, index) => enrol({ person: 'bob', key, requestId: `e-${index}` }, callOf('bob'))));
  expect(new Set(holder.current.record('bob')?.approvalKeys)).toEqual(new Set(keys));
});

test('a repeated enrolment answers the first, another one of the same key is refused', async () => {
  const { holder } = await testDirectory();
  const enrol = createApproversEnrol(holder, isAlice);
  const key = await newKey();
  const call = callOf('bob');
  const first = await enrol({ person: 'bob', key, requestId: 'e-1' }, call);
  expect(await enrol({ person: 'bob', key, requestId: 'e-1' }, call)).toEqual(first);
  const again = enrol({ person: 'bob', key, requestId: 'e-2' }, callOf('bob'));
  await expect(again).rejects.toMatchObject({ code: 'already_exists' });
  const asAlice = enrol({ person: 'alice', key, requestId: 'e-3' }, callOf('alice'));
  await expect(asAlice).rejects.toMatchObject({
    code: 'data_invalid',
    detail: expect.stringContaining('already taken'),
  });
});

test('nobody enrols a key for someone else but who may change records', async () => {
  const { holder } = await testDirectory();
  const enrol = createApproversEnrol(holder, isAlice);
  const key = await newKey();
  const forAlice = enrol({ person: 'alice', key, requestId: 'e-1' }, callOf('bob'));
  await expect(forAlice).rejects.toMatchObject({ code: 'permission_denied' });
  expect(holder.current.record('alice')).toEqual(alice);
  await enrol({ person: 'bob', key, requestId: 'e-2' }, callOf('alice'));
  expect(holder.current.record('bob')?.approvalKeys).toEqual([key]);
});

test('a workload, an unknown person and an unsound key are refused', async () => {
  const { holder } = await testDirectory();
  const enrol = createApproversEnrol(holder, isAlice);
  const workload = { id: 'job', kind: 'workload' as const, owner: 'bob', roles: [], credentials: [] };
  await createPrincipalsSet(holder)({ principal: workload, requestId: 'r-1' }, callOf('alice'));
  const key = await newKey();
  const forJob = enrol({ person: 'job', key, requestId: 'e-1' }, callOf('alice'));
  await expect(forJob).rejects.toMatchObject({ code: 'data_invalid' });
  const forNobody = enrol({ person: 'nobody', key, requestId: 'e-2' }, callOf('alice'));
  await expect(forNobody).rejects.toMatchObject({ code: 'not_found', detail: 'nobody' });
  const renamed = { ...key, id: 'A'.repeat(43) };
  const unsound = enrol({ person: 'bob', key: renamed, requestId: 'e-3' }, callOf('bob'));
  await expect(unsound).rejects.toMatchObject({ code: 'data_invalid' });
});

test('an enrolment helps where too few could approve; a removal that leaves too few is refused', async () => {
  // Two people and one key among them.
  const { holder } = await testDirectory(3);
  const enrol = createApproversEnrol(holder, isAlice);
  const remove = createApproversRemove(holder);
  const key = await newKey();
  await enrol({ person: 'bob', key, requestId: 'e-1' }, callOf('bob'));
  const last = remove({ person: 'bob', keyId: key.id, requestId: 'r-1' }, callOf('alice'));
  await expect(last).rejects.toMatchObject({ code: 'quorum_unreachable' });
  const unknown = remove({ person: 'bob', keyId: 'A'.repeat(43), requestId: 'r-2' }, callOf('alice'));
  await expect(unknown).rejects.toMatchObject({ code: 'not_found' });
  expect(holder.current.record('bob')?.approvalKeys).toEqual([key]);
});
