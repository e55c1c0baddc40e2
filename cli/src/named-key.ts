import type { FerroHsm, KeyRecord, KeyVersion, NamedKeyVersion } from '@ferrohsm/sdk/node';
import { CliError } from './errors.ts';

/**
 * The CryptoKeys of one version of a named key, by default the newest active one.
 *
 * @throws FerroHsmError `not_found`
 */
export async function findVersion(
  sidecar: FerroHsm,
  name: string,
  version: number | undefined,
): Promise<NamedKeyVersion> {
  const named = await sidecar.keys.get(name);
  return version === undefined ? named : named.version(version);
}

/** The key that signs: of a pair the private half. */
export function signingKey(key: NamedKeyVersion): CryptoKey {
  return key.type === 'secret' ? key.secretKey : key.privateKey;
}

/** The key that verifies or encrypts: of a pair the public half. */
export function openKey(key: NamedKeyVersion): CryptoKey {
  return key.type === 'secret' ? key.secretKey : key.publicKey;
}

/** @throws CliError 3 for a secret key, which has no halves */
export function halfOf(key: NamedKeyVersion, half: 'privateKey' | 'publicKey'): CryptoKey {
  if (key.type === 'private') return key[half];
  throw new CliError(3, 'a secret key has no public and private half', 'look at: ferrohsm key show NAME');
}

/** A key's algorithm in a few words, for example `ECDSA P-256` or `RSA-PSS 3072 SHA-256`. */
export function algorithmText({ algorithm }: KeyVersion): string {
  const { name, namedCurve, modulusLength, length, hash } = algorithm;
  return [name, namedCurve, modulusLength ?? length, hash].filter((part) => part !== undefined).join(' ');
}

/** A record as lines of text. */
export function recordText(record: KeyRecord): string {
  const rows: [string, string][] = [
    ['name', record.name],
    ['id', record.id],
    ['owner', record.owner],
    ['type', record.type],
    ['extractable', String(record.extractable)],
    ['usages', record.usages.join(', ')],
    [
      'labels',
      Object.entries(record.labels)
        .map(([label, value]) => `${label}=${value}`)
        .join(', '),
    ],
    ['created', isoTime(record.createdAt)],
    ['updated', isoTime(record.updatedAt)],
  ];
  for (const version of record.versions) {
    rows.push([
      `version ${version.version}`,
      `${version.state}, ${algorithmText(version)}, ${isoTime(version.createdAt)}`,
    ]);
  }
  return pairs(rows);
}

/** Names and values in two columns; empty values are left out. */
export function pairs(rows: readonly (readonly [string, string])[]): string {
  const shown = rows.filter(([, value]) => value !== '');
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join('\n');
}

export function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
