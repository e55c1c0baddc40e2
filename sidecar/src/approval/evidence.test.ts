import { createHash, sign } from 'node:crypto';
import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { describe, expect, test } from 'vitest';
import { verifyEvidence } from './evidence.ts';
import { consentOf, newPasskey, newSigner, signJws, type TestPasskey, testAudience } from './test-people.ts';

const now = Date.UTC(2026, 10, 24);
const digest = createHash('sha256').update('an operation').digest('base64url');
const otherDigest = createHash('sha256').update('another operation').digest('base64url');
const invalid = { code: 'evidence_invalid' };

describe.each(['EdDSA', 'ES256', 'ML-DSA-65'] as const)('a JWS by %s', (algorithm) => {
  test('of an enrolled key over the digest is consent, and is kept as it came', async () => {
    const signer = await newSigner(algorithm);
    const evidence = await consentOf('bob', signer, digest, now);
    const consent = { digest, audience: testAudience, person: 'bob', keys: [signer.key], now };
    expect(await verifyEvidence(evidence, consent)).toEqual({ keyId: signer.key.id, text: evidence.jws });
  });

  test('of a key that is not enrolled, or with one bit flipped, is refused', async () => {
    const [signer, other] = await Promise.all([newSigner(algorithm), newSigner(algorithm)]);
    const consent = { digest, audience: testAudience, person: 'bob', keys: [signer.key], now };
    await expect(verifyEvidence(await consentOf('bob', other, digest, now), consent)).rejects.toMatchObject(invalid);
    const disguised = { ...other, key: { ...other.key, id: signer.key.id } };
    await expect(verifyEvidence(await consentOf('bob', disguised, digest, now), consent)).rejects.toMatchObject(
      invalid,
    );
    const { jws = '' } = await consentOf('bob', signer, digest, now);
    const [header, payload, signature = ''] = jws.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    bytes[10] = (bytes[10] ?? 0) ^ 1;
    const flipped = [header, payload, bytes.toString('base64url')].join('.');
    await expect(verifyEvidence({ jws: flipped }, consent)).rejects.toMatchObject(invalid);
  });
});

describe('a JWS whose contents are not exactly a consent', () => {
  const payload = {
    v: 1,
    operation: digest,
    decision: 'approve',
    person: 'bob',
    audience: testAudience,
    iat: now / 1000,
  };
  const second = JSON.stringify(payload).replace('"v":1', '"v":1,"decision":"deny"');
  const cases: readonly [string, object, unknown][] = [
    ['another operation', {}, { ...payload, operation: otherDigest }],
    ['another person', {}, { ...payload, person: 'carol' }],
    ['another sidecar', {}, { ...payload, audience: 'other.example/log' }],
    ['a denial', {}, { ...payload, decision: 'deny' }],
    ['another version', {}, { ...payload, v: 2 }],
    ['a further member', {}, { ...payload, exp: 1 }],
    ['a second member of one name', {}, second],
    ['a signature of the future', {}, { ...payload, iat: now / 1000 + 61 }],
    ['a signature of the day before yesterday', {}, { ...payload, iat: now / 1000 - 2 * 86_400 }],
    ['no time', {}, { ...payload, iat: 'now' }],
    ['no object', {}, []],
    ['another type', { typ: 'JWT' }, payload],
    ['a further header', { jku: 'https://evil.example/keys' }, payload],
  ];
  test.each(cases)('%s is refused', async (_, header, contents) => {
    const { key, privateKey } = await newSigner();
    const protectedHeader = { alg: 'EdDSA', typ: 'ferrohsm-approval+jws', kid: key.id, ...header };
    const jws = await signJws(protectedHeader, contents, privateKey);
    const consent = { digest, audience: testAudience, person: 'bob', keys: [key], now };
    await expect(verifyEvidence({ jws }, consent)).rejects.toMatchObject(invalid);
  });

  test('the honest one of the same making is accepted', async () => {
    const { key, privateKey } = await newSigner();
    const jws = await signJws({ alg: 'EdDSA', typ: 'ferrohsm-approval+jws', kid: key.id }, payload, privateKey);
    const consent = { digest, audience: testAudience, person: 'bob', keys: [key], now };
    expect((await verifyEvidence({ jws }, consent)).keyId).toBe(key.id);
  });

  test('alg none, and HS256 under the public key, are refused', async () => {
    const { key } = await newSigner();
    const consent = { digest, audience: testAudience, person: 'bob', keys: [key], now };
    const text = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    for (const alg of ['none', 'HS256']) {
      const jws = `${text({ alg, typ: 'ferrohsm-approval+jws', kid: key.id })}.${text(payload)}.AAAA`;
      await expect(verifyEvidence({ jws }, consent)).rejects.toMatchObject(invalid);
    }
  });

  test('neither form, or both, are refused', async () => {
    const consent = { digest, audience: testAudience, person: 'bob', keys: [], now };
    await expect(verifyEvidence({}, consent)).rejects.toMatchObject(invalid);
    const passkey = assert(newPasskey(), {});
    await expect(verifyEvidence({ jws: 'a.b.c', passkey }, consent)).rejects.toMatchObject(invalid);
  });
});

interface Mutation {
  readonly challenge?: string;
  readonly origin?: string;
  readonly type?: string;
  readonly rpId?: string;
  readonly flags?: number;
  readonly flip?: boolean;
}

/** What an authenticator and its browser answer. */
function assert({ key, privateKey }: TestPasskey, mutation: Mutation) {
  const { challenge = digest, origin = 'https://hsm.example', type = 'webauthn.get', rpId = 'hsm.example' } = mutation;
  const clientData = Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));
  const rpIdHash = createHash('sha256').update(rpId).digest();
  const authenticatorData = Buffer.concat([rpIdHash, Buffer.from([mutation.flags ?? 0x05, 0, 0, 0, 0])]);
  const data = Buffer.concat([authenticatorData, createHash('sha256').update(clientData).digest()]);
  const signature = sign(key.algorithm === 'EdDSA' ? null : 'sha256', data, privateKey);
  if (mutation.flip) signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
  return {
    credentialId: key.id,
    authenticatorData: authenticatorData.toString('base64url'),
    clientDataJson: clientData.toString('base64url'),
    signature: signature.toString('base64url'),
  };
}

async function otherVerdict({ key, cose }: TestPasskey, passkey: ReturnType<typeof assert>): Promise<boolean> {
  const { authenticatorData, clientDataJson: clientDataJSON, signature } = passkey;
  const response = { authenticatorData, clientDataJSON, signature };
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: { id: key.id, rawId: key.id, type: 'public-key', clientExtensionResults: {}, response },
      expectedChallenge: digest,
      expectedOrigin: key.origins ?? [],
      expectedRPID: key.rpId ?? '',
      credential: { id: key.id, publicKey: cose, counter: 0 },
      requireUserVerification: true,
    });
    return verified;
  } catch {
    return false;
  }
}

async function ownVerdict({ key }: TestPasskey, passkey: ReturnType<typeof assert>): Promise<boolean> {
  const consent = { digest, audience: testAudience, person: 'bob', keys: [key], now };
  try {
    return (await verifyEvidence({ passkey }, consent)).keyId === key.id;
  } catch (error) {
    expect(error).toMatchObject(invalid);
    return false;
  }
}

describe.each(['ES256', 'EdDSA', 'RS256'] as const)(
  'a passkey assertion by %s, to us and to SimpleWebAuthn',
  (algorithm) => {
    const mutations: readonly [string, boolean, Mutation][] = [
      ['over the digest', true, {}],
      ['of a synchronized passkey', true, { flags: 0x1d }],
      ['over another challenge', false, { challenge: otherDigest }],
      ['from another origin', false, { origin: 'https://evil.example' }],
      ['of another type', false, { type: 'webauthn.create' }],
      ['for another relying party', false, { rpId: 'evil.example' }],
      ['without user verification', false, { flags: 0x01 }],
      ['without user presence', false, { flags: 0x04 }],
      ['with contradicting backup flags', false, { flags: 0x15 }],
      ['with a flipped signature', false, { flip: true }],
    ];
    test.each(mutations)('%s is valid: %s', async (_, isValid, mutation) => {
      const passkey = newPasskey(algorithm);
      const assertion = assert(passkey, mutation);
      expect(await ownVerdict(passkey, assertion)).toBe(isValid);
      expect(await otherVerdict(passkey, assertion)).toBe(isValid);
    });
  },
);

test('a passkey assertion made inside another page is refused', async () => {
  const passkey = newPasskey();
  const assertion = assert(passkey, {});
  const clientData = JSON.parse(Buffer.from(assertion.clientDataJson, 'base64url').toString());
  const clientDataJson = Buffer.from(JSON.stringify({ ...clientData, crossOrigin: true })).toString('base64url');
  expect(await ownVerdict(passkey, { ...assertion, clientDataJson })).toBe(false);
});
