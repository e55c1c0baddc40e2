import type { FerroHsm, KeyRecord, KeyVersion } from '@ferrohsm/sdk/node';

export type NamedKey = Awaited<ReturnType<FerroHsm['keys']['get']>>;

/**
 * The CryptoKeys of one version of a named key, by default the newest active one.
 *
 * @throws FerroHsmError `not_found`
 */
export async function findVersion(sidecar: FerroHsm, name: string, version: number | undefined) {
  const named = await sidecar.keys.get(name);
  return version === undefined ? named : named.version(version);
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
