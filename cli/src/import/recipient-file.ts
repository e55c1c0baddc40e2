import { createPublicKey, type KeyObject } from 'node:crypto';
import type { ImportWrappingName, KeyRecipient } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { readInput } from '../input.ts';
import { preparedImportOf } from './prepared-import.ts';

const limitBytes = 64 * 1024;

/** SubjectPublicKeyInfo of MLKEM768-X25519, before its 1216 bytes (draft-ietf-lamps-pq-composite-kem section 6). */
const hybridPrefix = Buffer.from('308204d1300a06082b0601050507063a038204c100', 'hex');
const hybridBytes = 1216;

const wrappingOf: Readonly<Partial<Record<string, ImportWrappingName>>> = Object.freeze({
  rsa: 'RSA-OAEP-AES-KWP',
  x25519: 'HPKE-X25519',
});

/**
 * For whom a key is exported: what `key prepare-import` wrote, or a public key in PEM, DER or JWK. The kind of key says
 * how it wraps.
 *
 * @throws CliError 65 for a file that is none of these, or holds a private key; 66
 */
export function readRecipientFile(file: string): KeyRecipient {
  const bytes = readInput(file, limitBytes);
  const text = bytes.toString('latin1').trimStart();
  const value = text.startsWith('{') ? jsonIn(text) : undefined;
  if (value !== undefined && 'importId' in value) return preparedImportOf(file, value);
  const spki = text.startsWith('-----BEGIN PUBLIC KEY-----') ? pemBody(text) : bytes;
  if (isHybrid(spki)) return { wrapping: 'HPKE-MLKEM768-X25519', publicKey: spki };
  return recipientOf(file, publicKeyIn(value, spki));
}

function recipientOf(file: string, key: KeyObject | undefined): KeyRecipient {
  const wrapping = wrappingOf[key?.asymmetricKeyType ?? ''];
  if (key === undefined || wrapping === undefined) {
    throw new CliError(
      65,
      `${file} holds no public key to wrap for`,
      'give one of RSA, X25519 or MLKEM768-X25519 in PEM, DER or JWK, or what "ferrohsm key prepare-import" wrote',
    );
  }
  return { wrapping, publicKey: key.export({ type: 'spki', format: 'der' }) };
}

function jsonIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A private key is none: createPublicKey would make a public one of it. */
function publicKeyIn(jwk: Readonly<Record<string, unknown>> | undefined, spki: Buffer): KeyObject | undefined {
  if (jwk !== undefined && 'd' in jwk) return undefined;
  try {
    if (jwk !== undefined) return createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    return createPublicKey({ key: spki, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

function pemBody(text: string): Buffer {
  const [, body = ''] = text.split(/-----(?:BEGIN|END) PUBLIC KEY-----/);
  return Buffer.from(body, 'base64');
}

/** node:crypto knows no hybrid keys. */
function isHybrid(spki: Buffer): boolean {
  return (
    spki.length === hybridPrefix.length + hybridBytes && spki.subarray(0, hybridPrefix.length).equals(hybridPrefix)
  );
}
