import { createHash } from 'node:crypto';
import { compactVerify, importJWK, type CryptoKey as JoseKey } from 'jose';
import { describe, expect, test } from 'vitest';
import { operationDigest } from './operation-digest.ts';
import { signApproval, signPolicy } from './sign-approval.ts';
import { approvalKeyAlgorithms, approvalKeyPair, heldApproval, heldOperation } from './test-approval.ts';

const audience = 'hsm.example/host/audit';

test('the digest equals the one that canonicalize and node:crypto compute', async () => {
  for (const method of ['keys.export', 'policy.load', 'ü']) {
    const approval = heldApproval({}, heldOperation({ method, params: '{"text":"é\\n\\u0001"}' }));
    expect(await operationDigest(approval.operation)).toBe(approval.digest);
  }
});

describe.each(approvalKeyAlgorithms)('a consent signed with $name', (algorithm) => {
  test('is a JWS that jose verifies, over the digest', async () => {
    const { privateKey, publicKey } = await approvalKeyPair(algorithm);
    const approval = heldApproval();
    const jws = await signApproval(approval, privateKey, { person: 'bob', audience, keyId: publicKey.id });
    const key = (await importJWK(JSON.parse(publicKey.jwk as string), algorithm.name)) as JoseKey;
    const { payload, protectedHeader } = await compactVerify(jws, key);
    expect(protectedHeader).toEqual({ alg: algorithm.name, typ: 'ferrohsm-approval+jws', kid: publicKey.id });
    const { iat, ...claims } = JSON.parse(new TextDecoder().decode(payload));
    expect(claims).toEqual({ v: 1, operation: approval.digest, decision: 'approve', person: 'bob', audience });
    expect(Math.abs(iat - Date.now() / 1000)).toBeLessThan(60);
  });
});

describe('nothing is signed', () => {
  const signer = { person: 'bob', audience, keyId: 'k'.repeat(43) };

  test('when the sidecar shows another operation than it wants signed', async () => {
    const { privateKey } = await approvalKeyPair(approvalKeyAlgorithms[0]);
    const { digest } = heldApproval({}, heldOperation({ params: '{"format":"jwk","name":"payments/signing"}' }));
    const signing = signApproval(heldApproval({ digest }), privateKey, signer);
    await expect(signing).rejects.toMatchObject({ code: 'evidence_invalid' });
  });

  test('for another sidecar', async () => {
    const { privateKey } = await approvalKeyPair(approvalKeyAlgorithms[0]);
    const signing = signApproval(heldApproval(), privateKey, { ...signer, audience: 'hsm.example/other/audit' });
    await expect(signing).rejects.toMatchObject({ code: 'evidence_invalid' });
  });

  test('with a key of another algorithm', async () => {
    const algorithm = { name: 'ECDSA', namedCurve: 'P-384' };
    const { privateKey } = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
    await expect(signApproval(heldApproval(), privateKey, signer)).rejects.toMatchObject({ code: 'not_supported' });
  });
});

test('a signature under policies says their digest and what they replace', async () => {
  const { privateKey, publicKey } = await approvalKeyPair(approvalKeyAlgorithms[0]);
  const text = '@id("a")\npermit (principal, action, resource);\n';
  const jws = await signPolicy(text, privateKey, { person: 'olga', audience, keyId: publicKey.id, replaces: 7 });
  const key = (await importJWK(JSON.parse(publicKey.jwk as string), 'EdDSA')) as JoseKey;
  const { payload, protectedHeader } = await compactVerify(jws, key);
  expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'ferrohsm-policy+jws', kid: publicKey.id });
  const sha256 = createHash('sha256').update(text).digest('base64url');
  expect(JSON.parse(new TextDecoder().decode(payload))).toMatchObject({ v: 1, sha256, replaces: 7, person: 'olga' });
});
