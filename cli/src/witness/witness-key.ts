import { createPrivateKey, createPublicKey, generateKeyPairSync, hash, type KeyObject } from 'node:crypto';
import { parseVerifierKey, type VerifierKey } from '@ferrohsm/sdk/node';
import { encodePrivateKey, readPassphrase } from '../approval-key.ts';
import { CliError, usageError } from '../errors.ts';
import { readInput } from '../input.ts';

/** One key pair of a witness. */
export interface WitnessKey {
  readonly privateKey: KeyObject;
  /** The public half as others pin it (C2SP signed-note "Verifier keys"). */
  readonly text: string;
  readonly verifier: VerifierKey;
}

/** The algorithms that a witness signs with, by the type of node:crypto, with their numbers in C2SP signed-note. */
const cosignatureTypes = Object.freeze({ ed25519: 0x04, 'ml-dsa-44': 0x06 });

type KeyType = keyof typeof cosignatureTypes;

const keyTypes = Object.keys(cosignatureTypes) as readonly KeyType[];
const keyFileLimitBytes = 64 * 1024;
const blockStart = '-----BEGIN ';
/** One byte holds the length in what ML-DSA-44 signs (C2SP tlog-cosignature). */
const nameLimitBytes = 255;

/** Whether C2SP signed-note and tlog-cosignature take it as the name of a key. */
export function isKeyName(name: string): boolean {
  return /^[^\s+\p{Cc}]+$/u.test(name) && name.isWellFormed() && Buffer.byteLength(name) <= nameLimitBytes;
}

/**
 * Makes the keys of a new witness: Ed25519 for the clients of today, ML-DSA-44 against the computers of tomorrow.
 *
 * @throws CliError 2 for an unusable name
 */
export async function generateWitnessKeys(name: string): Promise<readonly WitnessKey[]> {
  if (!isKeyName(name)) {
    throw usageError(`not a name of a witness: ${name}`, 'write a URL without scheme, spaces and plus signs');
  }
  // The overloads of generateKeyPairSync take one literal each.
  const pairs = [generateKeyPairSync('ed25519'), generateKeyPairSync('ml-dsa-44')];
  return Promise.all(pairs.map(({ privateKey }) => describe(name, privateKey)));
}

/**
 * The key file: the name, then both private keys as PKCS#8 in PEM, encrypted where there is a passphrase. The caller
 * zeroes it.
 */
export function encodeWitnessKeys(keys: readonly WitnessKey[], passphrase: Buffer | undefined): Buffer {
  const name = Buffer.from(`${keys[0]?.verifier.name}\n`);
  const blocks = keys.map(({ privateKey }) => encodePrivateKey(privateKey, passphrase));
  const file = Buffer.allocUnsafeSlow(blocks.reduce((sum, block) => sum + block.length, name.length));
  let end = name.copy(file);
  for (const block of blocks) {
    end += block.copy(file, end);
    block.fill(0);
  }
  return file;
}

/**
 * Reads a key file; the passphrase comes from the descriptor or the terminal where it is encrypted.
 *
 * @returns Ed25519 first, then ML-DSA-44
 * @throws CliError 65, 66
 */
export async function readWitnessKeys(file: string, passphraseFd: number | undefined): Promise<readonly WitnessKey[]> {
  const content = readInput(file, keyFileLimitBytes);
  const isEncrypted = content.includes('ENCRYPTED');
  const passphrase = isEncrypted ? readPassphrase({ passphraseFd }, `passphrase of ${file}: `) : undefined;
  try {
    return await decodeWitnessKeys(content, passphrase);
  } catch (cause) {
    const reason = isEncrypted ? 'the passphrase is wrong, or the file is no key' : 'it is no key of a witness';
    throw new CliError(65, `cannot read the key ${file}: ${reason}`, 'make one with: ferrohsm witness create-key', {
      cause,
    });
  } finally {
    content.fill(0);
    passphrase?.fill(0);
  }
}

function decodeWitnessKeys(content: Buffer, passphrase: Buffer | undefined): Promise<readonly WitnessKey[]> {
  const first = content.indexOf(blockStart);
  const second = content.lastIndexOf(blockStart);
  const name = content.toString('utf8', 0, Math.max(first - 1, 0));
  const keys = [content.subarray(first, second), content.subarray(second)].map((key) =>
    createPrivateKey({ key, format: 'pem', ...(passphrase !== undefined && { passphrase }) }),
  );
  const isWhole = isKeyName(name) && keys.every(({ asymmetricKeyType }, i) => asymmetricKeyType === keyTypes[i]);
  if (!isWhole) throw new TypeError('not the keys of a witness');
  return Promise.all(keys.map((key) => describe(name, key)));
}

async function describe(name: string, privateKey: KeyObject): Promise<WitnessKey> {
  const publicKey = createPublicKey(privateKey).export({ format: 'raw-public' });
  const typed = Buffer.concat([Buffer.of(cosignatureTypes[privateKey.asymmetricKeyType as KeyType]), publicKey]);
  // C2SP signed-note: the id is the first four bytes of SHA-256(name, newline, type, public key).
  const id = hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), typed]), 'hex').slice(0, 8);
  const text = `${name}+${id}+${typed.toString('base64')}`;
  return { privateKey, text, verifier: await parseVerifierKey(text) };
}
