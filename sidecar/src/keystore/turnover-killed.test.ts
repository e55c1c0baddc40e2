import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { Secret } from '../secret.ts';
import type { Keystore } from './keystore.ts';
import { killedBefore } from './test-killed-process.ts';
import { type TestStore, testFolder, testStore } from './test-store.ts';
import { expectSecrets, filledStore, finishTurnover, secretFiles } from './test-turnover.ts';

const keys = 10;

/** A turnover from its first step to its last, with a change of a key in the middle. */
const turnover = `
  await keystore.beginGeneration();
  await keystore.rewrapSome(4);
  await keystore.rename({ nameOrId: 'key-1', newName: 'renamed', requestId: 'r', requestDigest: 'd', principal: 'alice' });
  while (!(await keystore.rewrapSome(4)).done);`;

async function closedStore(store: TestStore): Promise<ReadonlyMap<string, string>> {
  const { keystore, secrets } = await filledStore(store, keys);
  await keystore.close();
  return secrets;
}

async function expectWhole(keystore: Keystore, secrets: ReadonlyMap<string, string>, what: string): Promise<void> {
  await keystore.verify();
  await expectSecrets(keystore, secrets, what);
}

/** Runs `attempt` with 1, 2, 3 ... until one comes to its end unharmed. */
async function eachStep(attempt: (step: number) => Promise<boolean>): Promise<number> {
  for (let step = 1; ; step += 2) {
    const [one, next] = await Promise.all([attempt(step), attempt(step + 1)]);
    if (!next) return one ? step : step - 1;
  }
}

test('a turnover that is killed before any of its steps leaves a valid store, and ends later', {
  timeout: 240_000,
}, async () => {
  const found = new Set<string>();
  const steps = await eachStep(async (step) => {
    const store = testStore(testFolder());
    const secrets = await closedStore(store);
    const killed = await killedBefore(step, { folder: store.folder, rootKeys: [store.rootKey] }, turnover);
    const keystore = await store.open();
    const { present, turningOver } = await keystore.generation();
    found.add(`${present} ${turningOver === undefined ? 'settled' : 'turning over'}`);
    await expectWhole(keystore, secrets, `step ${step}`);
    await finishTurnover(keystore);
    await expectWhole(keystore, secrets, `step ${step}, finished`);
    expect(secretFiles(store), `step ${step}`).toEqual([`generation-${present}.secret`]);
    await keystore.close();
    return killed;
  });
  expect(steps).toBeGreaterThanOrEqual(20);
  expect([...found].sort()).toEqual(['1 settled', '2 settled', '2 turning over']);
});

test('a change of the root key that is killed before any of its steps needs one of both keys', {
  timeout: 240_000,
}, async () => {
  const found = new Set<string>();
  const steps = await eachStep(async (step) => {
    const store = testStore(testFolder());
    const secrets = await closedStore(store);
    const newRootKey = randomBytes(32);
    const body = `
      await keystore.changeRootKey(Secret.take(Buffer.from('${newRootKey.toString('hex')}', 'hex')));
      while (!(await keystore.rewrapSome(4)).done);`;
    const killed = await killedBefore(step, { folder: store.folder, rootKeys: [store.rootKey] }, body);
    using next = Secret.copy(newRootKey);
    using before = Secret.copy(store.rootKey);
    const keystore = await store.open({ rootKeys: [next, before] });
    const { present } = await keystore.generation();
    await expectWhole(keystore, secrets, `step ${step}`);
    await finishTurnover(keystore);
    await keystore.close();
    const [needed, useless] = present === 1 ? [before, next] : [next, before];
    found.add(present === 1 ? 'old root key' : 'new root key');
    await expect(store.open({ rootKeys: [useless] })).rejects.toMatchObject({ code: 'config_invalid' });
    const again = await store.open({ rootKeys: [needed] });
    await expectWhole(again, secrets, `step ${step}, finished`);
    expect(secretFiles(store), `step ${step}`).toEqual([`generation-${present}.secret`]);
    await again.close();
    return killed;
  });
  expect(steps).toBeGreaterThanOrEqual(18);
  expect([...found].sort()).toEqual(['new root key', 'old root key']);
});
