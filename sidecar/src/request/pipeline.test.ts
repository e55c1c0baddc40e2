import { expect, it } from 'vitest';
import { SidecarError } from '../errors.ts';
import { methodTable } from '../generated/methods.ts';
import { principalOf } from '../policy/test-request.ts';
import { Secret } from '../secret.ts';
import type { Call } from './context.ts';
import { Gate } from './gate.ts';
import { createPipeline } from './pipeline.ts';
import { sessionOf } from './test-session.ts';

const principal = principalOf('zoe');

function callOf(params: object, attachments: readonly Buffer[]): Call {
  const session = sessionOf(principal, { attachments: true });
  return {
    session,
    method: 'subtle.encrypt',
    traits: methodTable['subtle.encrypt'],
    params,
    attachments,
    requestId: 1,
    receivedMs: 0,
  };
}

/** Refuses whatever passes validation. */
const pipeline = createPipeline({
  gate: new Gate(),
  authenticate: {
    authenticate(trail) {
      trail.principal = principal;
      return undefined;
    },
    refresh: () => undefined,
  },
  requireMatch: () => undefined,
  limit: () => undefined,
  approve: {
    approve: () => undefined,
    consent: () => Promise.reject(new Error('not reached')),
    redeem: () => Promise.reject(new Error('not reached')),
    requireRedeemed: () => undefined,
  },
  authorizer: { authorize: () => Promise.reject(new SidecarError('permission_denied')), isCurrent: () => true },
  hold: () => undefined,
  intend: () => Promise.reject(new Error('not reached')),
  digestAside: () => undefined,
  execute: () => Promise.reject(new Error('not reached')),
  recorder: { commit: async (_, result) => result, refuse: async (_, cause) => cause as SidecarError },
  onAnswered: () => undefined,
});

const key = 'ses_AAAAAAAAAAAAAAAAAAAAAA';

it('wipes secrets when another field of the request cannot be decoded', async () => {
  const attachment = Buffer.from('attached plaintext');
  const params = { key, data: { attachment: 0 } as unknown, algorithm: { name: 'AES-GCM', iv: { attachment: 1 } } };
  const answered = pipeline(callOf(params, [attachment, Buffer.alloc(0), Buffer.from('left over')]));
  await expect(answered).rejects.toMatchObject({ code: 'invalid_params' });
  expect(params.data).toBeInstanceOf(Secret);
  expect((params.data as Secret).length).toBe(0);
  expect(attachment.every((byte) => byte === 0)).toBe(true);
});

it('wipes secrets that lie deep in the params', async () => {
  const pepper = Secret.take(Buffer.from('pepper'));
  const params = { key, data: '', algorithm: { name: 'Argon2id', public: pepper } };
  await expect(pipeline(callOf(params, []))).rejects.toThrow(SidecarError);
  expect(pepper.length).toBe(0);
});
