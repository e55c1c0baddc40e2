import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { CompactSign, calculateJwkThumbprint, type JWK } from 'jose';
import type { ApprovalEvidence, ApprovalKey, CredentialRule, PrincipalRecord } from '../generated/types.ts';

export const testAudience = 'hsm.example/log';

/** An approval key with its private half, as the client of a person holds it. */
export interface Signer {
  readonly key: ApprovalKey;
  readonly privateKey: KeyObject;
}

type JwsAlgorithm = 'EdDSA' | 'ES256' | 'ML-DSA-65';

const generate: Readonly<Record<JwsAlgorithm, () => { publicKey: KeyObject; privateKey: KeyObject }>> = {
  EdDSA: () => generateKeyPairSync('ed25519'),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ML-DSA-65': () => generateKeyPairSync('ml-dsa-65'),
};

export async function newSigner(algorithm: JwsAlgorithm = 'EdDSA'): Promise<Signer> {
  const { publicKey, privateKey } = generate[algorithm]();
  const jwk = publicKey.export({ format: 'jwk' }) as JWK;
  const id = await calculateJwkThumbprint(jwk, 'sha256');
  return { key: { id, kind: 'jwk', algorithm, jwk: JSON.stringify(jwk) }, privateKey };
}

/** A JWS of these very contents, whether or not they make sense. */
export async function signJws(
  header: Record<string, unknown>,
  payload: unknown,
  privateKey: KeyObject,
): Promise<string> {
  const bytes = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload));
  return await new CompactSign(bytes).setProtectedHeader(header as { alg: string }).sign(privateKey);
}

/** What an honest client sends. */
export async function consentOf(person: string, { key, privateKey }: Signer, digest: string, now: number) {
  const header = { alg: key.algorithm, typ: 'ferrohsm-approval+jws', kid: key.id };
  const iat = Math.floor(now / 1000);
  const payload = { v: 1, operation: digest, decision: 'approve', person, audience: testAudience, iat };
  const evidence: ApprovalEvidence = { jws: await signJws(header, payload, privateKey) };
  return evidence;
}

export function person(id: string, signers: readonly Signer[], credentials: CredentialRule[] = []): PrincipalRecord {
  return { id, kind: 'person', roles: ['Officer'], credentials, approvalKeys: signers.map(({ key }) => key) };
}

/** A passkey's public key as SPKI, and as WebAuthn registers it (COSE, RFC 9053). */
export interface TestPasskey {
  readonly key: ApprovalKey;
  readonly privateKey: KeyObject;
  readonly cose: Uint8Array<ArrayBuffer>;
}

type PasskeyAlgorithm = 'ES256' | 'EdDSA' | 'RS256';

const passkeys: Readonly<
  Record<PasskeyAlgorithm, { pair: () => { publicKey: KeyObject; privateKey: KeyObject }; cose: (jwk: JWK) => string }>
> = {
  ES256: {
    pair: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    cose: ({ x = '', y = '' }) => `a5010203262001215820${hex(x)}225820${hex(y)}`,
  },
  EdDSA: { pair: () => generateKeyPairSync('ed25519'), cose: ({ x = '' }) => `a4010103272006215820${hex(x)}` },
  RS256: {
    pair: () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
    cose: ({ n = '', e = '' }) => `a401030339010020590100${hex(n)}2143${hex(e)}`,
  },
};

export function newPasskey(algorithm: PasskeyAlgorithm = 'ES256'): TestPasskey {
  const { publicKey, privateKey } = passkeys[algorithm].pair();
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const cose = new Uint8Array(Buffer.from(passkeys[algorithm].cose(publicKey.export({ format: 'jwk' }) as JWK), 'hex'));
  const id = createHash('sha256').update(spki).digest('base64url');
  const site = { rpId: 'hsm.example', origins: ['https://hsm.example'] };
  return { key: { id, kind: 'passkey', algorithm, spki: spki.toString('base64url'), ...site }, privateKey, cose };
}

function hex(base64url: string): string {
  return Buffer.from(base64url, 'base64url').toString('hex');
}
