import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { ApprovalKey } from '@ferrohsm/sdk/node';
import type { Command } from 'commander';
import { CliError, usageError } from './errors.ts';
import { readDescriptor, readInput } from './input.ts';
import { wholeNumber } from './option-values.ts';
import { secretPem } from './pem.ts';
import { askSecretly } from './terminal.ts';

export interface PassphraseOptions {
  readonly passphraseFd?: number;
}

export interface ApprovalKeyOptions extends PassphraseOptions {
  /** File of the private key. */
  readonly key: string;
}

/** A person's private key that signs approvals, and its public half as it is enrolled. */
export interface ApprovalSigner {
  readonly privateKey: CryptoKey;
  readonly publicKey: ApprovalKey;
}

interface Kind {
  readonly algorithm: ApprovalKey['algorithm'];
  readonly generate: () => KeyObject;
  /** For WebCrypto. */
  readonly parameters: { readonly name: string; readonly namedCurve?: string };
  /** Members of the thumbprint in their order (RFC 7638 section 3.2, RFC 9964 for ML-DSA). */
  readonly members: readonly string[];
}

/** By the type that node:crypto gives a key. */
const kinds: Readonly<Record<string, Kind>> = Object.freeze({
  ed25519: {
    algorithm: 'EdDSA',
    generate: () => generateKeyPairSync('ed25519').privateKey,
    parameters: { name: 'Ed25519' },
    members: ['crv', 'kty', 'x'],
  },
  ec: {
    algorithm: 'ES256',
    generate: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
    parameters: { name: 'ECDSA', namedCurve: 'P-256' },
    members: ['crv', 'kty', 'x', 'y'],
  },
  'ml-dsa-65': {
    algorithm: 'ML-DSA-65',
    generate: () => generateKeyPairSync('ml-dsa-65').privateKey,
    parameters: { name: 'ML-DSA-65' },
    members: ['alg', 'kty', 'pub'],
  },
});

/** Algorithms that an approval key may have. */
export const approvalAlgorithms: readonly string[] = Object.values(kinds).map(({ algorithm }) => algorithm);

const keyFileLimitBytes = 64 * 1024;
const passphraseLimitBytes = 1024;

export function addApprovalKeyOptions(command: Command): Command {
  return addPassphraseOption(command.requiredOption('--key <file>', 'private key made by: ferrohsm approver create'));
}

export function addPassphraseOption(command: Command): Command {
  return command.option(
    '--passphrase-fd <n>',
    'open descriptor to read the passphrase of the key from',
    wholeNumber(0, 1023),
  );
}

/** Makes a key; `algorithm` is one of `approvalAlgorithms`. */
export function generateApprovalKey(algorithm: string): KeyObject {
  const kind = Object.values(kinds).find((each) => each.algorithm === algorithm);
  if (kind === undefined) throw usageError(`no approval key has the algorithm ${algorithm}`);
  return kind.generate();
}

/** PKCS#8 in PEM, encrypted where there is a passphrase. The caller zeroes both. */
export function encodePrivateKey(key: KeyObject, passphrase: Buffer | undefined): Buffer {
  const der = key.export({
    type: 'pkcs8',
    format: 'der',
    ...(passphrase !== undefined && { cipher: 'aes-256-cbc', passphrase }),
  });
  try {
    return secretPem(passphrase === undefined ? 'PRIVATE KEY' : 'ENCRYPTED PRIVATE KEY', der);
  } finally {
    der.fill(0);
  }
}

/**
 * The public half as `approver enrol` and principals.json take it.
 *
 * @throws CliError 65 for a key of another algorithm
 */
export function publicApprovalKey(key: KeyObject): ApprovalKey {
  const { algorithm, members } = kindOf(key);
  const whole = createPublicKey(key).export({ format: 'jwk' }) as Readonly<Record<string, unknown>>;
  const jwk = JSON.stringify(Object.fromEntries(members.map((name) => [name, whole[name]])));
  return { id: createHash('sha256').update(jwk).digest('base64url'), kind: 'jwk', algorithm, jwk };
}

/** @throws CliError 65, 66 */
export function readApprovalSigner(options: ApprovalKeyOptions): ApprovalSigner {
  const key = readPrivateKey(options);
  const publicKey = publicApprovalKey(key);
  return { privateKey: key.toCryptoKey(kindOf(key).parameters, false, ['sign']) as CryptoKey, publicKey };
}

/**
 * Reads a private key; its passphrase comes from the descriptor or the terminal where it is encrypted.
 *
 * @throws CliError 65, 66
 */
export function readPrivateKey({ key: file, passphraseFd }: ApprovalKeyOptions): KeyObject {
  const text = readInput(file, keyFileLimitBytes);
  const isEncrypted = text.includes('ENCRYPTED');
  const passphrase = isEncrypted ? readPassphrase({ passphraseFd }, `passphrase of ${file}: `) : undefined;
  try {
    return createPrivateKey({ key: text, format: 'pem', ...(passphrase !== undefined && { passphrase }) });
  } catch (cause) {
    const reason = isEncrypted ? 'the passphrase is wrong, or the file is no key' : 'it is no private key in PEM';
    throw new CliError(65, `cannot read the key ${file}: ${reason}`, 'make one with: ferrohsm approver create', {
      cause,
    });
  } finally {
    text.fill(0);
    passphrase?.fill(0);
  }
}

/**
 * A passphrase from a descriptor, its first line; else from the terminal. The caller zeroes it.
 *
 * @throws CliError 2 where there is neither, or it is empty
 */
export function readPassphrase(
  { passphraseFd }: { readonly passphraseFd?: number | undefined },
  question: string,
): Buffer {
  const passphrase = passphraseFd === undefined ? askSecretly(question) : firstLine(passphraseFd);
  if (passphrase.length > 0) return passphrase;
  throw usageError('the passphrase is empty', 'write it into the descriptor of --passphrase-fd');
}

function firstLine(descriptor: number): Buffer {
  const bytes = readDescriptor(descriptor, passphraseLimitBytes);
  const end = bytes.indexOf('\n');
  return end < 0 ? bytes : bytes.subarray(0, end);
}

function kindOf(key: KeyObject): Kind {
  const { asymmetricKeyType = '', asymmetricKeyDetails } = key;
  const kind = kinds[asymmetricKeyType];
  const isOtherCurve = asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve !== 'prime256v1';
  if (kind !== undefined && !isOtherCurve) return kind;
  throw new CliError(65, `a key of ${asymmetricKeyType} cannot sign approvals`, 'use Ed25519, P-256 or ML-DSA-65');
}
