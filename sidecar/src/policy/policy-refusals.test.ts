import { describe, expect, test } from 'vitest';
import { SidecarError } from '../errors.ts';
import { testStore } from '../keystore/test-store.ts';
import type { CompiledPolicies } from './engine.ts';
import {
  loading,
  olga,
  open,
  sha256,
  shut,
  signed,
  signer,
  started,
  storedDocuments,
  versionsOf,
} from './test-policies.ts';

const twoPeople = `${open}\n@id("two") forbid (principal, action == Action::"subtle.sign", resource) unless { context.approvals >= 2 };`;
const invalid = '@id("typo")\npermit (principal, action == Action::"subtle.nope", resource);';

describe('the old policy stays', () => {
  const other = signer();
  const refused: Record<string, [text: string, signature: string, refusal: object]> = {
    'policies that are not valid': [
      invalid,
      signed(invalid, 1),
      { code: 'policy_invalid', detail: expect.stringMatching(/^policy\.cedar:[12]: typo: /) },
    ],
    'a signature over another text': [shut, signed(open, 1), { code: 'evidence_invalid' }],
    'a signature that replaces another version': [shut, signed(shut, 2), { code: 'evidence_invalid' }],
    'a signature for another sidecar': [
      shut,
      signed(shut, 1, { payload: { audience: 'hsm.example/other' } }),
      { code: 'evidence_invalid' },
    ],
    'a signature of another person': [
      shut,
      signed(shut, 1, { payload: { person: 'paul' } }),
      { code: 'evidence_invalid' },
    ],
    'a payload of another kind': [shut, signed(shut, 1, { payload: { v: 2 } }), { code: 'evidence_invalid' }],
    'a key that nobody enrolled': [shut, signed(shut, 1, { by: other }), { code: 'evidence_invalid' }],
    'the name of an enrolled key on another': [
      shut,
      signed(shut, 1, { by: { ...other, key: olga.key } }),
      { code: 'evidence_invalid' },
    ],
    'the signature of an approval': [
      shut,
      signed(shut, 1, { header: { typ: 'ferrohsm-approval+jws' } }),
      { code: 'evidence_invalid' },
    ],
    'no algorithm': [shut, signed(shut, 1, { header: { alg: 'none' } }), { code: 'evidence_invalid' }],
    'a keyed hash': [shut, signed(shut, 1, { header: { alg: 'HS256' } }), { code: 'evidence_invalid' }],
    'an unknown critical header': [
      shut,
      signed(shut, 1, { header: { crit: ['exp'], exp: 0 } }),
      { code: 'evidence_invalid' },
    ],
    'no signature': [shut, 'a.b.c', { code: 'evidence_invalid' }],
  };

  test.each(Object.entries(refused))('after %s', async (_, [text, signature, refusal]) => {
    const all = await storedDocuments();
    const { store, engine, outcome } = await started(all);
    const { epoch, sha256: inForce } = engine;
    const { current } = store;
    await expect(store.load(text, loading(signature))).rejects.toMatchObject(refusal);
    expect(store.current).toBe(current);
    expect({ epoch: engine.epoch, inForce: engine.sha256, outcome: outcome() }).toEqual({
      epoch,
      inForce,
      outcome: 'allow',
    });
    expect(await versionsOf(all)).toEqual([1]);
    await expect(store.load(shut, loading(signed(shut, 1)))).resolves.toMatchObject({ version: 2 });
  });

  test('after policies that ask for more people than there are', async () => {
    const all = await storedDocuments();
    const check = ({ thresholds }: CompiledPolicies) => {
      if (thresholds.some(({ approvals }) => approvals > 1)) throw new SidecarError('quorum_unreachable', 'two');
    };
    const { store, engine, outcome } = await started(all, { check });
    await expect(store.load(twoPeople, loading(signed(twoPeople, 1)))).rejects.toMatchObject({
      code: 'quorum_unreachable',
    });
    expect({ sha256: engine.sha256, outcome: outcome() }).toEqual({ sha256: sha256(open), outcome: 'allow' });
    expect(await versionsOf(all)).toEqual([1]);
  });

  test('after a store that can no longer write', async () => {
    const keystore = await testStore().open();
    const { store, engine, outcome } = await started(keystore.documents);
    const { epoch } = engine;
    await keystore.close();
    await expect(store.load(shut, loading(signed(shut, 1)))).rejects.toThrow();
    expect({ epoch: engine.epoch, outcome: outcome(), version: store.current.version }).toEqual({
      epoch,
      outcome: 'allow',
      version: 1,
    });
  });
});
