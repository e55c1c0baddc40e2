import { expect, it } from 'vitest';
import { methodTable } from '../generated/methods.ts';
import { principalOf } from '../policy/test-request.ts';
import { Secret } from '../secret.ts';
import type { Trail } from './context.ts';
import { recordOf } from './record-fields.ts';
import { sessionOf } from './test-session.ts';

function trailOf(method: 'subtle.sign' | 'subtle.encrypt' | 'keys.create', params: object): Trail {
  const principal = principalOf('zoe');
  const session = sessionOf(principal);
  return {
    call: { session, method, traits: methodTable[method], params, attachments: [], requestId: 1, receivedMs: 0 },
    principal,
    params,
  };
}

const digest = (bytes: Uint8Array) => `digest of ${Buffer.from(bytes)}`;

it('holds the key that was asked for, the declared fields of the params, and of bytes only a digest', () => {
  const params = { algorithm: { name: 'ECDSA', hash: 'SHA-256' }, key: 'key_x/1', data: Buffer.from('invoice') };
  expect(recordOf(trailOf('subtle.sign', params), digest)).toEqual({
    operation: 'subtle.sign',
    session: 'ssn_1',
    personal: { principal: 'zoe', credential: 'uid:1000' },
    authentication: 'unix-peer',
    inputBytes: 7,
    resource: 'key_x/1',
    details: { 'algorithm.name': 'ECDSA', 'algorithm.hash': 'SHA-256', data: 'digest of invoice' },
  });
  const secret = trailOf('subtle.encrypt', { algorithm: { name: 'AES-GCM' }, data: Secret.take(Buffer.from('x')) });
  expect(recordOf(secret, digest).details).toEqual({ 'algorithm.name': 'AES-GCM', data: 'digest of x' });
  const list = trailOf('keys.create', { algorithm: { name: 'HMAC' }, usages: ['sign', 'verify'] });
  expect(recordOf(list, digest).details).toEqual({ 'algorithm.name': 'HMAC', usages: 'sign,verify' });
});

it('cuts what a caller wrote, which would not fit into a record and so keep a refusal out of the log', () => {
  const name = `${'x'.repeat(255)}\u{1f511}${'x'.repeat(70_000)}`;
  const { details } = recordOf(trailOf('subtle.sign', { algorithm: { name }, data: Buffer.alloc(0) }), digest);
  expect(details?.['algorithm.name']).toBe(`${'x'.repeat(255)}\ufffd`);
});
