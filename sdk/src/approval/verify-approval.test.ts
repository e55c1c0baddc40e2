import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { CompactSign } from 'jose';
import { describe, expect, test } from 'vitest';
import { decodeBase64url } from '../client/base64url.ts';
import type { Approval, ApprovalKey, Vote } from '../generated/types.ts';
import { approvalKeyAlgorithms, approvalKeyPair, heldApproval, heldOperation } from './test-approval.ts';
import { verifyApproval } from './verify-approval.ts';

const approval = heldApproval();
const { audience } = approval.operation;

/** A vote as jose signs it; what it says can be changed. */
async function vote(
  { privateKey, publicKey }: Awaited<ReturnType<typeof approvalKeyPair>>,
  change: { person?: string; payload?: object; header?: object } = {},
): Promise<Vote> {
  const { person = 'bob', payload = {}, header = {} } = change;
  const iat = Math.floor(Date.now() / 1000);
  const claims = { v: 1, operation: approval.digest, decision: 'approve', person, audience, iat, ...payload };
  const evidence = await new CompactSign(new TextEncoder().encode(JSON.stringify(claims)))
    .setProtectedHeader({ alg: publicKey.algorithm, typ: 'ferrohsm-approval+jws', kid: publicKey.id, ...header })
    .sign(privateKey);
  return { person, decision: 'approve', time: Date.now(), keyId: publicKey.id, evidence };
}

const pair = () => approvalKeyPair(approvalKeyAlgorithms[0]);
const refused = { code: 'evidence_invalid' };

describe('evidence by keys', () => {
  test('of each algorithm, signed by jose, verifies', async () => {
    const pairs = await Promise.all(approvalKeyAlgorithms.map(approvalKeyPair));
    const votes = await Promise.all(pairs.map((each, index) => vote(each, { person: `person-${index}` })));
    const denial: Vote = { person: 'eve', decision: 'deny', time: 1 };
    const keys = pairs.map(({ publicKey }, index) => ({ ...publicKey, person: `person-${index}` }));
    const whole: Approval = { ...approval, state: 'consumed', needed: 3, votes: [...votes, denial] };
    expect(await verifyApproval(whole, keys)).toEqual({
      digest: approval.digest,
      persons: ['person-0', 'person-1', 'person-2'],
    });
    await expect(verifyApproval({ ...whole, needed: 4 }, keys)).rejects.toMatchObject(refused);
  });

  test.each<[string, Parameters<typeof vote>[1]]>([
    ['another operation', { payload: { operation: 'A'.repeat(43) } }],
    ['a denial', { payload: { decision: 'deny' } }],
    ['another version', { payload: { v: 2 } }],
    ['another person', { payload: { person: 'carol' } }],
    ['another sidecar', { payload: { audience: 'elsewhere' } }],
    ['an earlier time', { payload: { iat: 1 } }],
    ['a later time', { payload: { iat: Date.now() } }],
    ['no time', { payload: { iat: undefined } }],
    ['another purpose', { header: { typ: 'ferrohsm-policy+jws' } }],
    ['another key', { header: { kid: 'k'.repeat(43) } }],
    ['the requester', { person: 'alice' }],
  ])('that speaks of %s is refused', async (_, change) => {
    const bob = await pair();
    const votes = [await vote(bob, change)];
    await expect(verifyApproval({ ...approval, votes }, [bob.publicKey])).rejects.toMatchObject(refused);
  });

  test('is refused when it is changed, by an unknown key, another one, or absent', async () => {
    const bob = await pair();
    const carol = await pair();
    const good = await vote(bob);
    const tried = (change: Partial<Vote>, key: ApprovalKey = bob.publicKey) =>
      verifyApproval({ ...approval, votes: [{ ...good, ...change }] }, [key]);
    expect((await tried({})).persons).toEqual(['bob']);
    const [header, payload, signature = ''] = (good.evidence ?? '').split('.');
    const flipped = (signature[9] === 'A' ? 'B' : 'A') + signature.slice(1);
    await expect(tried({ evidence: `${header}.${payload}.${flipped}` })).rejects.toMatchObject(refused);
    await expect(tried({ evidence: `${header}.${payload}` })).rejects.toMatchObject(refused);
    await expect(tried({ evidence: `${good.evidence}.` })).rejects.toMatchObject(refused);
    await expect(tried({ evidence: '..' })).rejects.toMatchObject(refused);
    await expect(tried({ evidence: '' })).rejects.toMatchObject(refused);
    await expect(tried({}, carol.publicKey)).rejects.toMatchObject(refused);
    await expect(tried({}, { ...carol.publicKey, id: bob.publicKey.id })).rejects.toMatchObject(refused);
    await expect(tried({}, { ...bob.publicKey, jwk: '{}' })).rejects.toMatchObject(refused);
    await expect(tried({}, { ...bob.publicKey, algorithm: 'ES256' })).rejects.toMatchObject(refused);
    const carols = { ...bob.publicKey, person: 'carol' };
    await expect(verifyApproval({ ...approval, votes: [good] }, [carols])).rejects.toMatchObject(refused);
  });

  test('of one person or one key counts once', async () => {
    const bob = await pair();
    const second = await pair();
    const keys = [bob.publicKey, second.publicKey];
    const twice = [await vote(bob), await vote(second)];
    await expect(verifyApproval({ ...approval, votes: twice }, keys)).rejects.toMatchObject(refused);
    const shared = [await vote(bob), await vote(bob, { person: 'carol' })];
    await expect(verifyApproval({ ...approval, votes: shared }, keys)).rejects.toMatchObject(refused);
  });

  test('does not make up for a digest that is not of the operation', async () => {
    const bob = await pair();
    const votes = [await vote(bob)];
    const operation = heldOperation({ ...approval.operation, expiresAt: approval.operation.expiresAt + 1 });
    const other = { ...approval, votes, operation };
    await expect(verifyApproval(other, [bob.publicKey])).rejects.toMatchObject(refused);
  });
});

interface AssertionChange {
  readonly clientData?: object;
  readonly rpId?: string;
  readonly flags?: number;
  readonly flip?: boolean;
}

const credentialId = 'credential-of-bob-1';
const origin = 'https://hsm.example';

/** An authenticator with a P-256 key, as WebAuthn has it sign. */
function authenticator() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const key: ApprovalKey = {
    id: credentialId,
    kind: 'passkey',
    algorithm: 'ES256',
    spki: spki.toString('base64url'),
    rpId: 'hsm.example',
    origins: [origin],
  };
  /** COSE_Key of the second implementation: kty 2, alg -7, crv 1, x, y. */
  const cose = Buffer.concat([
    Buffer.from('a5010203262001215820', 'hex'),
    spki.subarray(-64, -32),
    Buffer.from('225820', 'hex'),
    spki.subarray(-32),
  ]);
  const assert = ({ clientData = {}, rpId = 'hsm.example', flags = 0x05, flip = false }: AssertionChange) => {
    const data = { type: 'webauthn.get', challenge: approval.digest, origin, crossOrigin: false, ...clientData };
    const clientDataJson = Buffer.from(JSON.stringify(data));
    const rpIdHash = createHash('sha256').update(rpId).digest();
    const authenticatorData = Buffer.concat([rpIdHash, Buffer.from([flags, 0, 0, 0, 7])]);
    const hash = createHash('sha256').update(clientDataJson).digest();
    const signature = sign('sha256', Buffer.concat([authenticatorData, hash]), privateKey);
    if (flip) signature.writeUInt8(signature.readUInt8(20) ^ 1, 20);
    const encode = (bytes: Buffer) => bytes.toString('base64url');
    return {
      credentialId,
      authenticatorData: encode(authenticatorData),
      clientDataJson: encode(clientDataJson),
      signature: encode(signature),
    };
  };
  return { key, cose, assert };
}

async function secondOpinion(assertion: ReturnType<ReturnType<typeof authenticator>['assert']>, cose: Uint8Array) {
  const { authenticatorData, clientDataJson, signature } = assertion;
  const verification = verifyAuthenticationResponse({
    response: {
      id: credentialId,
      rawId: credentialId,
      type: 'public-key',
      clientExtensionResults: {},
      response: { authenticatorData, clientDataJSON: clientDataJson, signature },
    },
    expectedChallenge: approval.digest,
    expectedOrigin: origin,
    expectedRPID: 'hsm.example',
    credential: { id: credentialId, publicKey: new Uint8Array(cose), counter: 0 },
    requireUserVerification: true,
  });
  return verification.then(({ verified }) => verified).catch(() => false);
}

describe('evidence by a passkey', () => {
  test.each<[string, boolean, AssertionChange]>([
    ['as it is', true, {}],
    ['with a flag more', true, { flags: 0x1d }],
    ['with another challenge', false, { clientData: { challenge: 'A'.repeat(43) } }],
    ['of another ceremony', false, { clientData: { type: 'webauthn.create' } }],
    ['of another origin', false, { clientData: { origin: 'https://hsm.example.evil' } }],
    ['for another site', false, { rpId: 'evil.example' }],
    ['without user verification', false, { flags: 0x01 }],
    ['without user presence', false, { flags: 0x04 }],
    ['with a flipped bit', false, { flip: true }],
  ])('%s: %s, and @simplewebauthn/server agrees', async (_, isGood, change) => {
    const { key, cose, assert } = authenticator();
    const assertion = assert(change);
    expect(await secondOpinion(assertion, cose)).toBe(isGood);
    const votes: Vote[] = [
      { person: 'bob', decision: 'approve', time: 1, keyId: credentialId, evidence: JSON.stringify(assertion) },
    ];
    const verifying = verifyApproval({ ...approval, votes }, [key]);
    if (isGood) expect((await verifying).persons).toEqual(['bob']);
    else await expect(verifying).rejects.toMatchObject(refused);
  });

  test('holds for every signature that the authenticator makes, however long its numbers', async () => {
    const { key, assert } = authenticator();
    const lengths = new Set<number>();
    for (let attempt = 0; attempt < 300; attempt += 1) {
      const assertion = assert({ clientData: { attempt } });
      lengths.add(decodeBase64url(assertion.signature)?.length ?? 0);
      const evidence = JSON.stringify(assertion);
      const votes: Vote[] = [{ person: 'bob', decision: 'approve', time: 1, keyId: credentialId, evidence }];
      await verifyApproval({ ...approval, votes }, [key]);
    }
    expect(lengths.size).toBeGreaterThan(1);
  });

  test.each(['', '{}', 'null', '{"credentialId":1}'])('that is none is refused: %s', async (evidence) => {
    const { key } = authenticator();
    const votes: Vote[] = [{ person: 'bob', decision: 'approve', time: 1, keyId: credentialId, evidence }];
    await expect(verifyApproval({ ...approval, votes }, [key])).rejects.toMatchObject(refused);
  });
});
