import { expect, test } from 'vitest';
import type { MethodName } from '../generated/types.ts';
import { createCrypto } from '../webcrypto/crypto.ts';
import { Keys } from './keys.ts';
import type { Rpc } from './rpc.ts';

/** The client over a connection on which each call is answered by the next of the answers. */
function clientOf(...answers: unknown[]) {
  const sent: [method: MethodName, params: object][] = [];
  const call = async (method: MethodName, params: object) => {
    sent.push([method, params]);
    return answers.shift();
  };
  const rpc = { call, sessionNumber: 1 } as unknown as Rpc;
  return { sent, keys: new Keys(rpc, createCrypto(rpc)) };
}

const bytes = Uint8Array.of(1, 2, 3);
const id = `key_${'A'.repeat(22)}`;

test('a secret as it is', async () => {
  const { keys, sent } = clientOf({ keyData: bytes, format: 'raw', version: 2 });
  expect(await keys.export('k', 'raw', { version: 2 })).toEqual({ keyData: bytes, format: 'raw', version: 2 });
  expect(sent).toEqual([['keys.export', { name: 'k', format: 'raw', version: 2 }]]);
});

test('wrapped for whom another sidecar prepared an import', async () => {
  const { keys, sent } = clientOf({ wrapped: bytes, format: 'pkcs8', version: 1 });
  const importId = `imp_${'A'.repeat(22)}`;
  const prepared = { importId, publicKey: bytes, wrapping: 'HPKE-X25519', expiresAt: 5 } as const;
  expect(await keys.exportWrapped('k', 'pkcs8', prepared)).toEqual({ wrapped: bytes, format: 'pkcs8', version: 1 });
  const wrapping = { name: 'HPKE-X25519', publicKey: bytes, importId };
  expect(sent).toEqual([['keys.export', { name: 'k', format: 'pkcs8', wrapping }]]);
});

test('wrapped for a public key of any origin', async () => {
  const { keys, sent } = clientOf({ wrapped: bytes, format: 'pkcs8', version: 1 });
  await keys.exportWrapped('k', 'pkcs8', { wrapping: 'RSA-OAEP-AES-KWP', publicKey: bytes });
  expect(sent[0]?.[1]).toMatchObject({ wrapping: { name: 'RSA-OAEP-AES-KWP', publicKey: bytes } });
});

const states = (...all: string[]) => all.map((state, index) => ({ version: index + 1, state }));

test('wrapped under the newest active version of a named key', async () => {
  const record = { id, versions: states('deactivated', 'active', 'active', 'suspended') };
  const { keys, sent } = clientOf({ record }, { wrapped: bytes, format: 'jwk', version: 1 });
  await keys.exportWrapped('k', 'jwk', { wrapping: 'AES-KWP', key: 'kek' });
  expect(sent).toEqual([
    ['keys.get', { name: 'kek' }],
    ['keys.export', { name: 'k', format: 'jwk', wrapping: { name: 'AES-KWP', key: `${id}/3` } }],
  ]);
});

test('a named key without an active version wraps nothing', async () => {
  const { keys, sent } = clientOf({ record: { id, versions: states('deactivated', 'suspended') } });
  const exported = keys.exportWrapped('k', 'jwk', { wrapping: 'AES-KWP', key: 'kek' });
  await expect(exported).rejects.toMatchObject({ code: 'key_state', detail: 'kek has no active version' });
  expect(sent).toHaveLength(1);
});

test('an answer of the other kind is no key', async () => {
  await expect(clientOf({ wrapped: bytes }).keys.export('k', 'raw')).rejects.toMatchObject({ code: 'internal_error' });
  const recipient = { wrapping: 'HPKE-X25519', publicKey: bytes } as const;
  const wrapped = clientOf({ keyData: bytes }).keys.exportWrapped('k', 'raw', recipient);
  await expect(wrapped).rejects.toMatchObject({ code: 'internal_error' });
});
