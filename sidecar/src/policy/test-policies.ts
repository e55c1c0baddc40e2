import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { Documents } from '../documents.ts';
import type { ApprovalKey, PolicyVersion } from '../generated/types.ts';
import { testStore } from '../keystore/test-store.ts';
import type { CompiledPolicies } from './engine.ts';
import { verifyPolicySignature } from './policy-signature.ts';
import { findNewestPolicy, openPolicies } from './policy-store.ts';
import { ask, engineOf, keyOf, principalOf } from './test-request.ts';

export const audience = 'hsm.example/audit';
export const open = '@id("open") permit (principal, action, resource);';
export const shut = '@id("shut") forbid (principal, action, resource);';

export type SignatureAlgorithm = 'EdDSA' | 'ES256' | 'ML-DSA-65';

/** An approval key and its private half. */
export interface Signer {
  readonly secret: KeyObject;
  readonly key: ApprovalKey;
}

const pairs: Readonly<Record<SignatureAlgorithm, () => { privateKey: KeyObject; publicKey: KeyObject }>> = {
  EdDSA: () => generateKeyPairSync('ed25519'),
  ES256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'ML-DSA-65': () => generateKeyPairSync('ml-dsa-65'),
};

/** The members of RFC 7638's thumbprint, in its order. */
const members: Readonly<Record<SignatureAlgorithm, readonly string[]>> = {
  EdDSA: ['crv', 'kty', 'x'],
  ES256: ['crv', 'kty', 'x', 'y'],
  'ML-DSA-65': ['alg', 'kty', 'pub'],
};

export function signer(algorithm: SignatureAlgorithm = 'EdDSA'): Signer {
  const { privateKey, publicKey } = pairs[algorithm]();
  const whole = publicKey.export({ format: 'jwk' }) as Record<string, string>;
  const jwk = JSON.stringify(Object.fromEntries(members[algorithm].map((member) => [member, whole[member]])));
  const id = createHash('sha256').update(jwk).digest('base64url');
  return { secret: privateKey, key: { id, kind: 'jwk', algorithm, jwk } };
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** A compact JWS of RFC 7515 section 7.1, written out; ES256 is r and s beside each other (RFC 7518 section 3.4). */
export function compactJws(header: object, payload: string, secret: KeyObject): string {
  const encode = (part: string) => Buffer.from(part).toString('base64url');
  const input = `${encode(JSON.stringify(header))}.${encode(payload)}`;
  if (secret.asymmetricKeyType !== 'ec') {
    return `${input}.${sign(null, Buffer.from(input), secret).toString('base64url')}`;
  }
  const signature = sign('sha256', Buffer.from(input), { key: secret, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

/** Whose keys are known. */
export const olga = signer();

export interface Signing {
  readonly by?: Signer;
  readonly header?: object;
  readonly payload?: object;
}

export function signed(text: string, replaces: number, { by = olga, header = {}, payload = {} }: Signing = {}): string {
  const claims = { v: 1, sha256: sha256(text), replaces, person: 'olga', audience, ...payload };
  const described = { alg: by.key.algorithm, typ: 'ferrohsm-policy+jws', kid: by.key.id, ...header };
  return compactJws(described, JSON.stringify(claims), by.secret);
}

let requests = 0;

/** What olga sends beside a text or a version; each time another request. */
export function loading(signature: string) {
  requests += 1;
  const request = { requestId: `r-${requests}`, requestDigest: `digest ${requests}`, principal: 'olga' };
  return { signature, by: 'olga', approval: 'apr_1', request };
}

export interface Setting {
  readonly governance?: 'file' | 'records';
  readonly fileText?: string;
  readonly check?: (compiled: CompiledPolicies) => void;
}

export const startedAt = 1_800_000_000_000;

/** Policies as a sidecar has them after its start; `outcome` is of a signature by anybody. */
export async function started(documents: Documents, setting: Setting = {}) {
  const { governance = 'records', fileText = open, check = () => undefined } = setting;
  const opened = await openPolicies({
    documents,
    governance,
    newest: await findNewestPolicy(documents),
    isFileTrue: governance === 'file',
    fileText,
    audience,
    verifySignature: (jws, policy) => verifyPolicySignature(jws, policy, [olga.key]),
    now: () => startedAt,
  });
  const engine = await engineOf(opened.text);
  const store = opened.attach(engine, check);
  const outcome = () => ask(engine, { principal: principalOf('me'), action: 'subtle.sign', resource: keyOf() }).outcome;
  return { store, engine, outcome };
}

/** Documents of a keystore on real files. */
export async function storedDocuments(): Promise<Documents> {
  const keystore = await testStore().open();
  onTestFinished(() => keystore.close());
  return keystore.documents;
}

export async function versionsOf(documents: Documents): Promise<number[]> {
  return (await documents.list<PolicyVersion>('policy', { limit: 100 })).map(({ value }) => value.version);
}
