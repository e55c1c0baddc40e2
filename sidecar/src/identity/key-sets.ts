import { statSync } from 'node:fs';
import { createLocalJWKSet, type JWK, type JWTVerifyGetKey } from 'jose';
import { SidecarError } from '../errors.ts';
import { readConfigFile } from '../files/config-file.ts';
import type { IssuerKeys, TokenAlgorithm } from './issuers.ts';
import { createRemoteKeys } from './remote-keys.ts';

export interface KeySetOptions {
  readonly algorithms: readonly TokenAlgorithm[];
  /** Uid that the sidecar runs under, which may own a key file. */
  readonly uid: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Hears of a file or answer that cannot be used. */
  readonly onError: (error: unknown) => void;
}

const keyTypes: Readonly<Record<TokenAlgorithm, (key: JWK) => boolean>> = Object.freeze({
  EdDSA: ({ kty, crv }) => kty === 'OKP' && crv === 'Ed25519',
  ES256: ({ kty, crv }) => kty === 'EC' && crv === 'P-256',
  ES384: ({ kty, crv }) => kty === 'EC' && crv === 'P-384',
  PS256: ({ kty, alg }) => kty === 'RSA' && (alg === undefined || alg === 'PS256'),
  'ML-DSA-65': ({ kty, alg }) => kty === 'AKP' && alg === 'ML-DSA-65',
});

/** Finds the key that a token says it was signed with, among the public keys of its issuer. */
export function createKeySet(keys: IssuerKeys, options: KeySetOptions): JWTVerifyGetKey {
  if (keys.kind === 'inline') return localSet(keys.jwks, options.algorithms);
  if (keys.kind === 'file') return fileSet(keys.path, options);
  const parse = (text: string) => localSet(readKeys(text), options.algorithms);
  return createRemoteKeys(keys.url, { ...options, parse });
}

/** A set that others publish may hold keys for other purposes; they are passed over. */
function localSet(jwks: readonly JWK[], algorithms: readonly TokenAlgorithm[]): JWTVerifyGetKey {
  const isUsable = (key: JWK) => isPublic(key) && algorithms.some((algorithm) => keyTypes[algorithm](key));
  return createLocalJWKSet({ keys: jwks.filter(isUsable) });
}

function isPublic(key: JWK): boolean {
  return key.d === undefined && key.k === undefined && key.priv === undefined;
}

/** Reads the file anew when it has changed; one that cannot be read leaves the keys as they were. */
function fileSet(path: string, { algorithms, uid, onError }: KeySetOptions): JWTVerifyGetKey {
  const load = () => localSet(readKeys(readConfigFile(path, uid) ?? ''), algorithms);
  let stamp = stampOf(path);
  let keys = load();
  return (header, token) => {
    const next = stampOf(path);
    if (next !== stamp) {
      stamp = next;
      try {
        keys = load();
      } catch (error) {
        onError(error);
      }
    }
    return keys(header, token);
  };
}

/** Changes with the content of a file, as far as the file system can tell. */
function stampOf(path: string): string {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false });
  return status === undefined ? 'none' : `${status.ino} ${status.size} ${status.mtimeNs} ${status.ctimeNs}`;
}

/** @throws SidecarError `config_invalid` */
function readKeys(text: string): readonly JWK[] {
  try {
    const { keys } = JSON.parse(text) as { keys: unknown };
    if (Array.isArray(keys) && keys.every(isObject)) return keys as JWK[];
  } catch (cause) {
    throw new SidecarError('config_invalid', 'key set of an issuer is not JSON', { cause });
  }
  throw new SidecarError('config_invalid', 'key set of an issuer has no array of keys');
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
