import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { SidecarError } from '../errors.ts';
import { testStore } from '../keystore/test-store.ts';
import { Secret } from '../secret.ts';
import { openProvided } from './provided-opening.ts';

/** A store, and what is asked for when it is opened by these keys. */
function asked(present: Buffer, next: Buffer | undefined) {
  const given: Secret[] = [];
  const hand = (key: Buffer) => {
    const secret = Secret.copy(key);
    given.push(secret);
    return secret;
  };
  let times = 0;
  const provider = {
    async obtainNext() {
      times += 1;
      return next && hand(next);
    },
  };
  return { given, provider, obtained: { rootKey: hand(present), created: false }, timesAsked: () => times };
}

async function madeStore() {
  const store = testStore();
  await (await store.open()).close();
  const opened: boolean[] = [];
  const open = async (rootKey: Secret, isNext: boolean) => {
    await (await store.open({ rootKeys: [rootKey] })).close();
    opened.push(isNext);
  };
  return { store, open, opened };
}

test('the successor is asked for only where the present root key does not open the store', async () => {
  const { store, open, opened } = await madeStore();
  const present = asked(store.rootKey, randomBytes(32));
  await openProvided(present.obtained, present.provider, open);
  expect([opened, present.timesAsked()]).toEqual([[false], 0]);
  const next = asked(randomBytes(32), store.rootKey);
  await openProvided(next.obtained, next.provider, open);
  expect([opened, next.timesAsked()]).toEqual([[false, true], 1]);
  for (const { length } of [...present.given, ...next.given]) expect(length).toBe(0);
});

test('neither of them, and no successor, leave the refusal of the store', async () => {
  const { open } = await madeStore();
  const refused = { code: 'config_invalid', detail: 'the root key is not the one that made this keystore' };
  for (const next of [randomBytes(32), undefined]) {
    const { obtained, provider, given } = asked(randomBytes(32), next);
    await expect(openProvided(obtained, provider, open)).rejects.toMatchObject(refused);
    for (const { length } of given) expect(length).toBe(0);
  }
});

test('nobody is asked again for what another root key would not mend', async () => {
  const { obtained, provider, timesAsked } = asked(randomBytes(32), randomBytes(32));
  const failing = async () => {
    throw new SidecarError('config_invalid', 'policy.cedar');
  };
  await expect(openProvided(obtained, provider, failing)).rejects.toMatchObject({ detail: 'policy.cedar' });
  expect(timesAsked()).toBe(0);
});
