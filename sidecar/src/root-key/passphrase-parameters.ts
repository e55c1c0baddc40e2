import { existsSync, readFileSync } from 'node:fs';
import { SidecarError } from '../errors.ts';

/** Cost of one Argon2id derivation (RFC 9106 section 3.1). */
export interface Argon2Cost {
  readonly memoryKib: number;
  readonly passes: number;
  readonly parallelism: number;
}

/** What turns a passphrase into a root key, and tells a wrong one; none of it is secret. */
export interface PassphraseParameters {
  readonly cost: Argon2Cost;
  readonly salt: Uint8Array;
  /** Key check value. */
  readonly check: Uint8Array;
}

const kdf = 'argon2id';
const layoutVersion = 1;

/** Bounds of what a parameters file may ask for: 8 MiB to 4 GiB, so that a changed file cannot exhaust the host. */
const bounds = Object.freeze({ memoryKib: [8 * 1024, 4 * 1024 * 1024], passes: [1, 100], parallelism: [1, 64] });

/**
 * The parameters as a JSON text for {@link readParameters}.
 *
 * @throws SidecarError `config_invalid` for a cost that would not be read back: its keys would be lost
 */
export function encodeParameters({ cost, salt, check }: PassphraseParameters): Buffer {
  const stored = { v: layoutVersion, kdf, ...costOf({ ...cost }), salt: toBase64url(salt), check: toBase64url(check) };
  return Buffer.from(`${JSON.stringify(stored, undefined, 2)}\n`, 'utf8');
}

/**
 * Reads a parameters file; undefined when there is none.
 *
 * @throws SidecarError `config_invalid`
 */
export function readParameters(path: string): PassphraseParameters | undefined {
  if (!existsSync(path)) return undefined;
  const stored = parse(readFileSync(path, 'utf8'));
  if (stored.v !== layoutVersion || stored.kdf !== kdf) {
    throw invalid(`v ${String(stored.v)}, kdf ${String(stored.kdf)}`);
  }
  return {
    cost: costOf(stored),
    salt: bytesOf(stored, 'salt', 16),
    check: bytesOf(stored, 'check', 16),
  };
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

function costOf(stored: Record<string, unknown>): Argon2Cost {
  return {
    memoryKib: bounded(stored, 'memoryKib'),
    passes: bounded(stored, 'passes'),
    parallelism: bounded(stored, 'parallelism'),
  };
}

function bounded(stored: Record<string, unknown>, member: keyof typeof bounds): number {
  const value = stored[member];
  const [least = 0, most = 0] = bounds[member];
  if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
    throw invalid(`${member} ${String(value)}`);
  }
  return value;
}

function bytesOf(stored: Record<string, unknown>, member: string, lengthBytes: number): Buffer {
  const value = stored[member];
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64url') : undefined;
  if (bytes?.length !== lengthBytes) throw invalid(`${member} has not ${lengthBytes} bytes`);
  return bytes;
}

function invalid(detail: string): SidecarError {
  return new SidecarError('config_invalid', `passphrase parameters file: ${detail}`);
}

function toBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
