import { SidecarError } from '../errors.ts';
import { readPrivateFile } from '../files/private-file.ts';
import type { Secret } from '../secret.ts';
import { isShareSet, type KeyDerivation, type ShareSet } from './share-text.ts';

/** What the sidecar knows of the shares; none of it is secret, and without `threshold` shares none of it opens. */
export interface ShareParameters extends ShareSet {
  /** Tells each genuine share, by its index - 1. */
  readonly tags: readonly Uint8Array[];
  /** Key check value. It depends on all of the above, so that a changed file never leads to a key. */
  readonly check: Uint8Array;
}

const what = 'share parameters file';
const layoutVersion = 1;
const tagBytes = 16;
const longestBytes = 64 * 1024;

/** The parameters as a JSON text for {@link readShareParameters}. */
export function encodeShareParameters({ check, ...described }: ShareParameters): Buffer {
  const stored = { v: layoutVersion, ...describe(described), check: base64url(check) };
  return Buffer.from(`${JSON.stringify(stored, undefined, 2)}\n`, 'utf8');
}

/**
 * Reads the parameters file.
 *
 * @throws SidecarError `config_invalid`
 */
export function readShareParameters(path: string): ShareParameters {
  const parameters = findShareParameters(path);
  if (parameters === undefined) throw invalid('is missing; shares are made with "ferrohsm init --shares"');
  return parameters;
}

/**
 * Reads the parameters file; undefined when there is none.
 *
 * @throws SidecarError `config_invalid`
 */
export function findShareParameters(path: string): ShareParameters | undefined {
  const text = readPrivateFile(path, what, longestBytes);
  if (text === undefined) return undefined;
  const { v, label, threshold, count, tags, check } = parse(text.bytes.toString('utf8'));
  if (v !== layoutVersion) throw invalid(`v ${String(v)}`);
  const set = { label: String(label), threshold: Number(threshold), count: Number(count) };
  if (!/^[0-9A-Z]{8}$/.test(set.label) || !isShareSet(set)) throw invalid('label, threshold or count');
  if (!Array.isArray(tags) || tags.length !== set.count) throw invalid(`needs ${set.count} tags`);
  return { ...set, tags: tags.map((tag) => bytesOf(tag, 'a tag')), check: bytesOf(check, 'check') };
}

/** Tells a genuine share from every other; 256 random bits are behind it. */
export function tagOf(value: Secret, head: string, derivation: KeyDerivation): Secret {
  return derivation.derive(value, Buffer.from(head), 'ferrohsm/share/tag/v1', tagBytes);
}

/** The key check value of a root key that is split in this way. */
export function checkOf(rootKey: Secret, described: Omit<ShareParameters, 'check'>, derivation: KeyDerivation): Secret {
  const salt = Buffer.from(JSON.stringify(describe(described)));
  return derivation.derive(rootKey, salt, 'ferrohsm/share/check/v1', tagBytes);
}

function describe({ label, threshold, count, tags }: Omit<ShareParameters, 'check'>) {
  return { label, threshold, count, tags: tags.map(base64url) };
}

function parse(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Falls through to the one refusal.
  }
  throw invalid('not a JSON object');
}

function bytesOf(value: unknown, member: string): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64url') : undefined;
  if (bytes?.length !== tagBytes) throw invalid(`${member} has not ${tagBytes} bytes`);
  return bytes;
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function invalid(detail: string): SidecarError {
  return new SidecarError('config_invalid', `${what}: ${detail}`);
}
