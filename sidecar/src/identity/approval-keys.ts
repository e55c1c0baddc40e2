import { createHash } from 'node:crypto';
import { exportJWK, importJWK, importSPKI, type JWK } from 'jose';
import { SidecarError } from '../errors.ts';
import type { ApprovalKey } from '../generated/types.ts';
import { isSoundEd25519Point } from './ed25519-point.ts';

interface JwkForm {
  /** Members with one value. */
  readonly fixed: Readonly<Record<string, string>>;
  /** Members that hold key material, and the bytes of each. */
  readonly material: Readonly<Record<string, number>>;
  /** Members of the thumbprint in their order: RFC 7638 section 3.2, RFC 9964 for AKP. */
  readonly thumbprint: readonly string[];
}

const jwkForms: Readonly<Record<string, JwkForm>> = Object.freeze({
  EdDSA: { fixed: { crv: 'Ed25519', kty: 'OKP' }, material: { x: 32 }, thumbprint: ['crv', 'kty', 'x'] },
  ES256: { fixed: { crv: 'P-256', kty: 'EC' }, material: { x: 32, y: 32 }, thumbprint: ['crv', 'kty', 'x', 'y'] },
  'ML-DSA-65': {
    fixed: { alg: 'ML-DSA-65', kty: 'AKP' },
    material: { pub: 1952 },
    thumbprint: ['alg', 'kty', 'pub'],
  },
});

/** What may stand beside them: nothing secret, nothing that changes what the key is. */
const harmless: readonly string[] = ['alg', 'ext', 'key_ops', 'kid', 'use'];
const passkeyAlgorithms: readonly string[] = ['EdDSA', 'ES256', 'RS256'];
const leastRsaBits = 2048;

/** What is wrong with the form of an approval key, its id included; undefined for nothing. */
export function misfitOfApprovalKey(key: ApprovalKey): string | undefined {
  return key.kind === 'jwk' ? misfitOfJwkKey(key) : misfitOfPasskey(key);
}

/**
 * Checks that the key is a public key of its algorithm with which nobody can sign but the holder of the private key.
 *
 * @throws SidecarError `data_invalid`
 */
export async function proveApprovalKey(key: ApprovalKey): Promise<void> {
  const misfit = misfitOfApprovalKey(key);
  if (misfit !== undefined) throw new SidecarError('data_invalid', `approval key: ${misfit}`);
  if (!(await isPublicKey(key))) {
    throw new SidecarError('data_invalid', `approval key: not a sound public key of ${key.algorithm}`);
  }
}

function misfitOfJwkKey({ id, algorithm, jwk: text, spki, rpId, origins }: ApprovalKey): string | undefined {
  const form = jwkForms[algorithm];
  if (form === undefined) return `${algorithm} is only for passkeys`;
  if (spki !== undefined || rpId !== undefined || origins !== undefined) return 'spki, rpId, origins are of a passkey';
  const jwk = parsedJwk(text);
  if (jwk === undefined) return 'jwk is not a JSON object';
  const allowed = [...Object.keys(form.fixed), ...Object.keys(form.material), ...harmless];
  const stray = Object.keys(jwk).find((name) => !allowed.includes(name));
  if (stray !== undefined) return `jwk must not hold ${stray}`;
  for (const [name, value] of Object.entries(form.fixed)) if (jwk[name] !== value) return `jwk ${name} is not ${value}`;
  for (const [name, length] of Object.entries(form.material)) {
    if (!isBase64url(jwk[name], length)) return `jwk ${name} is not ${length} bytes in base64url`;
  }
  if (jwk.alg !== undefined && jwk.alg !== algorithm) return `jwk alg is not ${algorithm}`;
  return thumbprintOf(jwk, form) === id ? undefined : 'id is not the thumbprint of jwk';
}

function misfitOfPasskey({ algorithm, jwk, spki, rpId, origins = [] }: ApprovalKey): string | undefined {
  if (!passkeyAlgorithms.includes(algorithm)) return `${algorithm} is not for passkeys`;
  if (jwk !== undefined) return 'a passkey has no jwk';
  if (spki === undefined || rpId === undefined || origins.length === 0) return 'a passkey has spki, rpId and origins';
  const foreign = origins.find((origin) => !isOriginOf(origin, rpId));
  return foreign === undefined ? undefined : `${foreign} is no origin of ${rpId}`;
}

/** WebAuthn level 3 section 5.1.3: the relying party id is the origin's host or a parent of it. */
function isOriginOf(origin: string, rpId: string): boolean {
  const url = URL.parse(origin);
  if (url === null || url.origin !== origin) return false;
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && url.hostname === 'localhost')) return false;
  return url.hostname === rpId || url.hostname.endsWith(`.${rpId}`);
}

async function isPublicKey(key: ApprovalKey): Promise<boolean> {
  const jwk = await importedJwk(key).catch(() => undefined);
  if (jwk === undefined) return false;
  if (key.algorithm === 'EdDSA') return jwk.crv === 'Ed25519' && isSoundEd25519Point(bytesOf(jwk.x));
  // An even number, or 1, as the exponent lets anyone sign.
  if (key.algorithm === 'RS256') return bytesOf(jwk.n).length * 8 >= leastRsaBits && jwk.e === 'AQAB';
  return true;
}

/** The key as the platform took it, which checks that a point is on its curve. */
async function importedJwk({ kind, algorithm, jwk = '', spki = '' }: ApprovalKey): Promise<JWK> {
  if (kind === 'jwk') {
    const { kty, crv, x, y, alg, pub } = JSON.parse(jwk) as JWK & { pub?: string };
    const material = Object.fromEntries(
      Object.entries({ kty, crv, x, y, alg, pub }).filter(([, value]) => value !== undefined),
    );
    return exportJWK(await importJWK({ ...material, ext: true } as JWK, algorithm));
  }
  const body = Buffer.from(spki, 'base64url').toString('base64');
  const pem = `-----BEGIN PUBLIC KEY-----\n${body}\n-----END PUBLIC KEY-----`;
  return exportJWK(await importSPKI(pem, algorithm, { extractable: true }));
}

function parsedJwk(text = ''): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    return undefined;
  }
}

/** The canonical spelling only: another one of the same bytes would have another thumbprint. */
function isBase64url(value: unknown, length: number): boolean {
  if (typeof value !== 'string') return false;
  const bytes = bytesOf(value);
  return bytes.length === length && bytes.toString('base64url') === value;
}

function bytesOf(text = ''): Buffer {
  return Buffer.from(text, 'base64url');
}

function thumbprintOf(jwk: Readonly<Record<string, unknown>>, { thumbprint }: JwkForm): string {
  const members = Object.fromEntries(thumbprint.map((name) => [name, jwk[name]]));
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url');
}
