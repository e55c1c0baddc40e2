import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { CliError } from '../errors.ts';
import type { ReadConfigBytes } from './config-file.ts';

/** Algorithms that sign the bytes themselves, by the type of node:crypto. */
const keyTypes: readonly string[] = ['ed25519', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'];

/**
 * The key that must have signed the configuration: a public key in PEM (SPKI).
 *
 * @throws CliError 66 when there is none, 78 when it is none
 */
export function readConfigKey(file: string, read: ReadConfigBytes): KeyObject {
  const pem = read(file);
  if (pem === undefined) throw new CliError(66, `there is no key ${file}`, 'name the public key of --config-key');
  try {
    // A private key would be taken for its public half: it has no business on this host.
    if (pem.includes('PRIVATE KEY')) throw new TypeError('a private key');
    const key = createPublicKey({ key: pem, format: 'pem' });
    requireKeyType(key);
    return key;
  } catch (cause) {
    throw new CliError(
      78,
      `${file} is not a public key in PEM of Ed25519 or ML-DSA`,
      'see: ferrohsm config sign --help',
      {
        cause,
      },
    );
  }
}

/** Ed25519 (RFC 8032) or pure ML-DSA (FIPS 204) over the bytes of the file, as a line of base64. */
export function signConfig(bytes: Uint8Array, key: KeyObject): string {
  requireKeyType(key);
  return `${sign(null, bytes, key).toString('base64')}\n`;
}

export function verifyConfigSignature(bytes: Uint8Array, signature: Buffer, key: KeyObject): boolean {
  // base64 of other programs comes in lines.
  const text = signature.toString('latin1').replaceAll(/\s/g, '');
  const isBase64 = /^[A-Za-z0-9+/]+={0,2}$/.test(text);
  return isBase64 && verify(null, bytes, key, Buffer.from(text, 'base64'));
}

/** @throws CliError 65 */
function requireKeyType({ asymmetricKeyType }: KeyObject): void {
  if (keyTypes.includes(asymmetricKeyType ?? '')) return;
  throw new CliError(65, `a key of ${asymmetricKeyType} cannot sign a configuration`, 'use Ed25519 or ML-DSA');
}
