import { expect, test } from 'vitest';
import type { Rpc } from '../client/rpc.ts';
import { type ErrorCode, FerroHsmError, type Key } from '../index.ts';
import { createCrypto } from './crypto.ts';
import { createRemoteKey } from './crypto-key.ts';

const message = new Uint8Array(1 << 20).fill(1);
const pkcs1 = 'RSASSA-PKCS1-v1_5';

const described: Key = {
  handle: `key_${'A'.repeat(22)}/1`,
  type: 'private',
  extractable: false,
  algorithm: { name: pkcs1, hash: 'SHA-256', modulusLength: 2048, publicExponent: 'AQAB' },
  usages: ['sign'],
};

/** The sidecar at the other end: it answers the calls that it is asked to sign digests with a code, and notes them. */
function sidecar(code: ErrorCode | 'ok', attachmentBytes = 64 << 20) {
  const calls: { method: string; params: { data?: Uint8Array; digest?: Uint8Array } }[] = [];
  const connection = { sessionNumber: 1 };
  const rpc = {
    get sessionNumber() {
      return connection.sessionNumber;
    },
    hello: { limits: { attachmentBytes } },
    async call(method: string, params: object) {
      calls.push({ method, params });
      if (method === 'subtle.signDigest' && code !== 'ok') throw new FerroHsmError(code);
      return { signature: new Uint8Array(256) };
    },
    close: async () => undefined,
  } as unknown as Rpc;
  const key = createRemoteKey(rpc, described, undefined);
  const { subtle } = createCrypto(rpc);
  return { calls, connection, key, sign: (data: Uint8Array<ArrayBuffer>) => subtle.sign(pkcs1, key, data) };
}

const methods = ({ calls }: ReturnType<typeof sidecar>) => calls.map(({ method }) => method);

test.each<ErrorCode>(['method_not_found', 'permission_denied', 'not_found'])(
  'a sidecar that answers %s gets the message as it was, and no digest again on that connection',
  async (code) => {
    const asked = sidecar(code);
    const mine = message.slice();
    const signing = asked.sign(mine);
    mine.fill(0);
    await signing;
    expect(methods(asked)).toEqual(['subtle.signDigest', 'subtle.sign']);
    expect(asked.calls[1]?.params.data).toEqual(message);
    await asked.sign(message);
    expect(methods(asked).slice(2)).toEqual(['subtle.sign']);
    asked.connection.sessionNumber += 1;
    await asked.sign(message);
    expect(methods(asked).slice(3)).toEqual(['subtle.signDigest', 'subtle.sign']);
  },
);

test.each<ErrorCode>(['key_state', 'approval_required', 'rate_limited', 'operation_failed', 'connection_lost'])(
  '%s is the answer',
  async (code) => {
    const asked = sidecar(code);
    await expect(asked.sign(message)).rejects.toMatchObject({ cause: { code } });
    expect(methods(asked)).toEqual(['subtle.signDigest']);
  },
);

test('what cannot be sent as a whole is refused as its digest is', async () => {
  const asked = sidecar('permission_denied', message.length - 1);
  await expect(asked.sign(message)).rejects.toMatchObject({ name: 'NotAllowedError' });
  expect(methods(asked)).toEqual(['subtle.signDigest']);
});

test('the hash is that of the key, whatever was written into its algorithm', async () => {
  const asked = sidecar('ok');
  Object.assign(asked.key.algorithm, { hash: { name: 'SHA-512' } });
  await asked.sign(message);
  expect(asked.calls[0]?.params.digest).toEqual(new Uint8Array(await crypto.subtle.digest('SHA-256', message)));
});

test('messages of up to 32 KiB are sent as they are', async () => {
  const asked = sidecar('ok');
  await asked.sign(message.slice(0, 32 << 10));
  await asked.sign(message.slice(0, (32 << 10) + 1));
  expect(methods(asked)).toEqual(['subtle.sign', 'subtle.signDigest']);
});
