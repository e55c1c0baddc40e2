import type { EffectiveRotation, FerroHsm, KeyRecord, KeyVersion, NamedKeyVersion } from '@ferrohsm/sdk/node';
import { CliError } from './errors.ts';
import { lengthText } from './retention-text.ts';
import { scheduleText } from './rotation-text.ts';

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

/** A key's algorithm in a few words, for example `RSA-PSS 3072 SHA-256` or `ECDSA P-256 general-purpose`. */
export function algorithmText({ algorithm }: Pick<KeyVersion, 'algorithm'>): string {
  const { name, namedCurve, modulusLength, length, hash, multipurpose } = algorithm;
  const parts = [name, namedCurve, modulusLength ?? length, hash, multipurpose && 'general-purpose'];
  return parts.filter((part) => part !== undefined).join(' ');
}

/**
 * A record as lines of text.
 *
 * @param rotation what rotates the key, where that is known beside its own schedule
 */
export function recordText(record: KeyRecord, rotation?: EffectiveRotation): string {
  const { schedule = record.rotation ?? {}, policies, dueAt } = rotation ?? {};
  return pairs([
    ['name', record.name],
    ['id', record.id],
    ['description', record.description ?? ''],
    ['owner', record.owner],
    ['type', record.type],
    ['extractable', String(record.extractable)],
    ['usages', record.usages.join(', ')],
    ['labels', listText(record.labels, '=')],
    ['created', isoTime(record.createdAt)],
    ['updated', isoTime(record.updatedAt)],
    ['expires', record.expiresAt === undefined ? '' : isoTime(record.expiresAt)],
    ['rotation', scheduleText(schedule, policies)],
    ['next rotation', dueAt === undefined ? '' : isoTime(dueAt)],
    ['retention', keepingText(record)],
    ['minimum versions', listText(record.minimumVersions ?? {}, ' ')],
    ...record.versions.map((version) => [`version ${version.version}`, versionText(version)] as const),
  ]);
}

function listText(members: object, joint: string): string {
  const entries = Object.entries(members).map(([name, value]) => `${name}${joint}${value}`);
  return entries.join(', ');
}

function keepingText({ retention = {} }: KeyRecord): string {
  const { keepSeconds, until, hold } = retention;
  const words = [
    hold === undefined ? '' : `legal hold (${hold})`,
    keepSeconds === undefined ? '' : `${lengthText(keepSeconds)} from the end of use`,
    until === undefined ? '' : `until ${isoTime(until)}`,
  ];
  return words.filter((word) => word !== '').join(', ');
}

function versionText(version: KeyVersion): string {
  const { state, reason, endsAt, destroyAt, copyOf, createdAt } = version;
  const end = destroyAt ?? (state === 'active' || state === 'suspended' ? endsAt : undefined);
  const words = [
    `${state}${end === undefined ? '' : ` until ${isoTime(end)}`}${reason === undefined ? '' : ` (${reason})`}`,
    algorithmText(version),
    isoTime(createdAt),
    copyOf === undefined ? '' : `copy of version ${copyOf}`,
  ];
  return words.filter((word) => word !== '').join(', ');
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
