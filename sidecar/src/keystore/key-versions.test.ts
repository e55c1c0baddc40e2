import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { KeyRecord } from '../generated/types.ts';
import { Secret } from '../secret.ts';
import type { NewKeyVersion } from './contract.ts';
import { moveVersions } from './key-moves.ts';
import type { Keystore } from './keystore.ts';
import { namesOfDue, newKey, secretOf, testStore } from './test-store.ts';

const day = 86_400_000;

function nextVersion(nameOrId: string, change: Partial<NewKeyVersion> = {}): NewKeyVersion {
  const { algorithm, format, publicKey } = newKey('unused');
  const material = { algorithm, format, secret: Secret.take(randomBytes(32)), ...(publicKey && { publicKey }) };
  return { ...material, nameOrId, overlapMs: day, ...change };
}

function request(requestId: string) {
  return { requestId, requestDigest: requestId, principal: 'alice' };
}

async function states(keystore: Keystore, name: string): Promise<string> {
  return (await keystore.get(name))?.versions.map(({ state }) => state).join(' ') ?? 'absent';
}

test('a rotated key has both secrets, also after reopening, and the old version ends after the overlap', async () => {
  const store = testStore();
  let nowMs = 1_000;
  let keystore = await store.open({ now: () => nowMs });
  const { id } = await keystore.create(newKey('a'));
  const first = await secretOf(keystore, id);
  const secret = randomBytes(32);
  nowMs = 2_000;
  const change = nextVersion('a', { secret: Secret.copy(secret), reason: 'yearly', algorithm: { name: 'Ed25519' } });
  const rotated = await keystore.addVersion(change, request('rotate-1'));
  expect(rotated).toMatchObject({ id, revision: 2, updatedAt: 2_000 });
  expect(rotated.versions).toMatchObject([
    { version: 1, state: 'active', endsAt: 2_000 + day, algorithm: { name: 'ECDSA' } },
    { version: 2, state: 'active', createdAt: 2_000, reason: 'yearly', algorithm: { name: 'Ed25519' } },
  ]);
  expect(await keystore.addVersion(nextVersion('a'), request('rotate-1'))).toEqual(rotated);
  await keystore.close();

  keystore = await store.open({ now: () => nowMs });
  expect(await keystore.get('a')).toEqual(rotated);
  expect(await secretOf(keystore, id, 1)).toBe(first);
  expect(await secretOf(keystore, id, 2)).toBe(secret.toString('hex'));
  await keystore.rename({ nameOrId: 'a', newName: 'b', ...request('rename-1') });
  expect(await secretOf(keystore, id, 1)).toBe(first);
  expect((await keystore.verify()).rows).toBeGreaterThan(0);
  await keystore.close();
});

test('a version that is not wanted any more, in the moment of the change, leaves everything as it was', async () => {
  const keystore = await testStore().open();
  await keystore.create(newKey('a'));
  const refusal = new Error('there is another one');
  const requireWanted = ({ versions }: KeyRecord) => {
    if (versions.length > 1) throw refusal;
  };
  const [first, second] = await Promise.allSettled([
    keystore.addVersion(nextVersion('a', { requireWanted })),
    keystore.addVersion(nextVersion('a', { requireWanted })),
  ]);
  expect(first).toMatchObject({ status: 'fulfilled', value: { revision: 2 } });
  expect(second).toEqual({ status: 'rejected', reason: refusal });
  expect(await states(keystore, 'a')).toBe('active active');
  expect((await keystore.get('a'))?.revision).toBe(2);
  await keystore.verify();
  await keystore.close();
});

test('a version without overlap ends at once, and a key that has ended gets no further version', async () => {
  const keystore = await testStore().open({ now: () => 5 });
  await keystore.create(newKey('a'));
  await keystore.addVersion(nextVersion('a', { overlapMs: 0 }));
  expect(await states(keystore, 'a')).toBe('deactivated active');
  await keystore.revise('a', (before) => moveVersions(before, 'deactivate', { nowMs: 5 }));
  await expect(keystore.addVersion(nextVersion('a'))).rejects.toMatchObject({ code: 'key_state' });
  expect(await states(keystore, 'a')).toBe('deactivated deactivated');
  await keystore.close();
});

test('a destroyed version has no secret any more, the others keep theirs', async () => {
  const store = testStore();
  let keystore = await store.open({ now: () => 5 });
  const { id } = await keystore.create(newKey('a'));
  await keystore.addVersion(nextVersion('a', { overlapMs: 0 }));
  const second = await secretOf(keystore, id, 2);
  await keystore.revise('a', (before) => moveVersions(before, 'destroy', { nowMs: 5, version: 1 }));
  expect(await secretOf(keystore, id, 1)).toMatch(/^[0-9a-f]{64}$/);
  const sealed = sealedText(store, id);
  await keystore.revise('a', (before) => moveVersions(before, 'erase', { nowMs: 5, version: 1 }));
  await expect(keystore.unseal(id, 1)).rejects.toMatchObject({ code: 'not_found' });
  expect(sealedText(store, id)).toBeUndefined();
  expect(sealed).toBeDefined();
  await keystore.close();
  keystore = await store.open();
  expect(await states(keystore, 'a')).toBe('destroyed active');
  expect(await secretOf(keystore, id, 2)).toBe(second);
  await keystore.rename({ nameOrId: 'a', newName: 'b', ...request('rename-1') });
  await keystore.verify();
  await keystore.close();
});

function sealedText(store: ReturnType<typeof testStore>, id: string): unknown {
  const database = store.database();
  const row = database.prepare('SELECT value FROM sealed_1 WHERE path = ?').get(`version/${id}/1`);
  database.close();
  return row?.value;
}

test('what is refused leaves everything as it was', async () => {
  const keystore = await testStore().open();
  const made = await keystore.create(newKey('a'));
  await keystore.create(newKey('b'));
  const root = await keystore.root();
  const refused = keystore.revise('a', (before) => moveVersions(before, 'resume', { nowMs: 5 }), request('resume-1'));
  await expect(refused).rejects.toMatchObject({ code: 'key_state' });
  const taken = keystore.revise('a', (before) => ({ ...before, name: 'b' }));
  await expect(taken).rejects.toMatchObject({ code: 'already_exists' });
  expect(await keystore.root()).toBe(root);
  expect(await keystore.get('a')).toEqual(made);
  await keystore.close();
});

test('what is due is found in the order of its time, once, and no longer when it is done', async () => {
  const keystore = await testStore().open({ now: () => 1_000 });
  const dueNames = async (timeMs: number) => await namesOfDue(keystore, await keystore.due(timeMs, 10));
  await keystore.create(newKey('never'));
  await keystore.create(newKey('late', { expiresAt: 9_000 }));
  await keystore.create(newKey('early', { expiresAt: 3_000 }));
  await keystore.create(newKey('yearly', { rotation: { everySeconds: 5 } }));
  expect(await dueNames(2_999)).toEqual([]);
  expect(await dueNames(3_000)).toEqual(['early']);
  expect(await dueNames(10_000)).toEqual(['early', 'yearly', 'late']);
  await keystore.revise('early', (before) => ({ ...before, expiresAt: 20_000 }));
  expect(await dueNames(10_000)).toEqual(['yearly', 'late']);
  await keystore.revise('late', (before, nowMs) => moveVersions(before, 'deactivate', { nowMs }));
  await keystore.revise('yearly', ({ rotation: _rotation, ...before }) => before);
  expect(await dueNames(10_000)).toEqual([]);
  await keystore.verify();
  await keystore.close();
});
