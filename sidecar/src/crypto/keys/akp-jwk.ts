import type { LoadedKey } from '../key.ts';
import type { KeyAttributes } from '../provider.ts';
import { encodeJwk, type JsonWebKey, jwkBytes, parseJwk, requireJwk } from './json-web-key.ts';
import { requireAllowed } from './key-usages.ts';
import type { KeyCodec, PairScheme, Parts } from './pair-scheme.ts';
import { dataInvalid, decoding, notSupported } from './refusal.ts';

/** Reads a key of type AKP (RFC 9964): `pub` always, `priv` for a private key. */
export function importAkp(
  scheme: PairScheme,
  alg: string,
  data: Uint8Array,
  attributes: KeyAttributes,
): { readonly type: 'private' | 'public'; readonly parts: Parts } {
  const use = requireJwkUse(scheme, alg);
  const jwk = parseJwk(data);
  const type = jwk.priv === undefined ? 'public' : 'private';
  requireAllowed(attributes.usages, type === 'private' ? scheme.privateUsages : scheme.publicUsages);
  requireJwk(jwk, { kty: 'AKP', alg, use, ...attributes });
  return { type, parts: type === 'private' ? readPrivate(scheme, jwk) : readPublic(scheme, jwk) };
}

function readPublic(scheme: PairScheme, jwk: JsonWebKey): Parts {
  const pub = jwkBytes(jwk, 'pub');
  return decoding('jwk.pub', () => codec(scheme, 'raw-public').decode(pub));
}

function readPrivate(scheme: PairScheme, jwk: JsonWebKey): Parts {
  const pub = jwkBytes(jwk, 'pub');
  const priv = jwkBytes(jwk, 'priv');
  try {
    const parts = decoding('jwk.priv', () => codec(scheme, scheme.storedFormat).decode(priv));
    if (!publicBytes(scheme, scheme.publicParts(parts)).equals(pub))
      throw dataInvalid('jwk.pub is not that of jwk.priv');
    return parts;
  } finally {
    priv.fill(0);
  }
}

export function exportAkp(scheme: PairScheme, { type, algorithm, usages, extractable, parts }: LoadedKey): Buffer {
  requireJwkUse(scheme, algorithm.name);
  const isPrivate = type === 'private';
  const pub = publicBytes(scheme, isPrivate ? scheme.publicParts(parts) : parts);
  return encodeJwk({
    kty: 'AKP',
    alg: algorithm.name,
    pub: pub.toString('base64url'),
    ...(isPrivate && { priv: privateText(scheme, parts) }),
    key_ops: usages,
    ext: extractable,
  });
}

function privateText(scheme: PairScheme, parts: Parts): string {
  const priv = codec(scheme, scheme.storedFormat).encode(parts);
  try {
    return priv.toString('base64url');
  } finally {
    priv.fill(0);
  }
}

function publicBytes(scheme: PairScheme, publicParts: Parts): Buffer {
  return codec(scheme, 'raw-public').encode(publicParts);
}

function codec(scheme: PairScheme, format: string): KeyCodec {
  return scheme.codecs[format] as KeyCodec;
}

function requireJwkUse({ jwkUse }: PairScheme, name: string): 'sig' | 'enc' {
  if (jwkUse === null) throw notSupported(`jwk of a ${name} key`);
  return jwkUse;
}
