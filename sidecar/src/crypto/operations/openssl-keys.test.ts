import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, expect, test } from 'vitest';
import { openOpenssl } from './openssl-functions.ts';
import { OpensslKeys } from './openssl-keys.ts';

const openssl = openOpenssl();
const made: bigint[] = [];
const freed: bigint[] = [];
beforeEach(() => {
  made.length = 0;
  freed.length = 0;
});

/** OpenSSL itself; what it makes and frees is written down. */
const watched = {
  ...openssl,
  functions: {
    ...openssl.functions,
    d2i_AutoPrivateKey: (...words: Parameters<typeof openssl.functions.d2i_AutoPrivateKey>) => {
      const key = openssl.functions.d2i_AutoPrivateKey(...words);
      made.push(key as bigint);
      return key;
    },
    EVP_PKEY_free: (key: bigint) => {
      freed.push(key);
      openssl.functions.EVP_PKEY_free(key);
    },
  } as typeof openssl.functions,
};

function privateKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

test('a key that is used once leaves no copy, also when that fails', () => {
  const keys = new OpensslKeys(watched);
  expect(keys.use(privateKey(), (key) => key)).toBe(made[0]);
  expect(freed).toEqual(made);
  const failing = () =>
    keys.use(privateKey(), () => {
      throw new Error('no');
    });
  expect(failing).toThrow('no');
  expect(freed).toEqual(made);
  expect(made).toHaveLength(2);
});

test('the copy of a key that is used again is kept, and used', () => {
  const keys = new OpensslKeys(watched);
  const key = privateKey();
  const used = [1, 2, 3, 4].map(() => keys.use(key, (pointer) => pointer));
  expect(made).toHaveLength(2);
  expect(used.slice(1)).toEqual([made[1], made[1], made[1]]);
  expect(freed).toEqual([made[0]]);
});

test('it is freed when its key is collected', async () => {
  const keys = new OpensslKeys(watched);
  useTwice(keys);
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  await expect
    .poll(
      () => {
        collect();
        return freed.length;
      },
      { timeout: 20_000 },
    )
    .toBe(2);
  expect(freed).toEqual(made);
});

/** In a function of its own, so that nothing on the stack holds the key. */
function useTwice(keys: OpensslKeys): void {
  const key = privateKey();
  keys.use(key, () => undefined);
  keys.use(key, () => undefined);
}

test('what OpenSSL does not read is an error', () => {
  const { functions } = openssl;
  const bytes = Buffer.alloc(1024, 0x30);
  const keys = new OpensslKeys({ functions, addressOf: () => openssl.addressOf(bytes) });
  expect(() => keys.use(privateKey(), () => undefined)).toThrow('OpenSSL refuses');
});
