import { argon2Sync, createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';
import type { BackupRecipient } from '@ferrohsm/sdk/node';
import { CliError } from '../errors.ts';
import { readInput } from '../input.ts';

type PassphraseCost = NonNullable<BackupRecipient['passphrase']>;

const hybrid = 'MLKEM768-X25519';
const seedBytes = 32;
const fileLimitBytes = 64 * 1024;
const pemStart = '-----BEGIN';
/** About 1.4 s on the machine of 2026 that it was measured on; a passphrase of a backup meets no rate limit. */
const cost = Object.freeze({ memoryKib: 256 * 1024, passes: 3, parallelism: 2 });

/** A new key for backups. The caller zeroes the seed, which is the private key. */
export async function generateBackupKey(): Promise<{ seed: Buffer; recipient: BackupRecipient }> {
  const seed = Buffer.from(randomBytes(seedBytes));
  return { seed, recipient: { algorithm: hybrid, publicKey: await publicKeyOf(seed) } };
}

/** The key that a passphrase stands for, under a salt of its own. The passphrase stays the caller's to zero. */
export async function recipientOfPassphrase(passphrase: Buffer): Promise<BackupRecipient> {
  const nonce = randomBytes(16);
  const { memoryKib: memory, passes, parallelism } = cost;
  const parameters = { message: passphrase, nonce, memory, passes, parallelism, tagLength: seedBytes };
  const seed = argon2Sync('argon2id', parameters);
  try {
    const described: PassphraseCost = { salt: nonce.toString('base64url'), ...cost };
    return { algorithm: hybrid, publicKey: await publicKeyOf(seed), passphrase: described };
  } finally {
    seed.fill(0);
  }
}

/**
 * A recipient from what `backup create-key` printed, or from the public half of an ML-KEM-768 key in PEM.
 *
 * @throws CliError 65, 66
 */
export function readRecipient(file: string): BackupRecipient {
  const text = readInput(file, fileLimitBytes).toString('utf8');
  if (text.startsWith(pemStart)) return { algorithm: 'ML-KEM-768', publicKey: mlKemPart(file, text, 'public') };
  const { publicKey, ...described } = parseRecipient(file, text);
  return { ...described, publicKey: Buffer.from(publicKey, 'base64url') };
}

/** As far as it is looked at here: the rest is the sidecar's to check. */
function parseRecipient(file: string, text: string): Omit<BackupRecipient, 'publicKey'> & { publicKey: string } {
  try {
    const recipient = JSON.parse(text);
    if (typeof recipient.publicKey === 'string') return recipient;
  } catch {
    // Said below.
  }
  throw notRecipient(file);
}

/**
 * The seed of a private key: what `backup create-key` wrote, or an ML-KEM-768 key in PEM. The caller zeroes it.
 *
 * @throws CliError 65, 66
 */
export function readBackupKey(file: string): Buffer {
  const content = readInput(file, fileLimitBytes);
  if (content.subarray(0, pemStart.length).toString('latin1') !== pemStart) return content;
  try {
    return mlKemPart(file, content, 'private');
  } finally {
    content.fill(0);
  }
}

function mlKemPart(file: string, pem: string | Buffer, half: 'public' | 'private'): Buffer {
  try {
    const key = half === 'public' ? createPublicKey(pem) : createPrivateKey(pem);
    if (key.asymmetricKeyType !== 'ml-kem-768') throw notRecipient(file);
    return key.export({ format: half === 'public' ? 'raw-public' : 'raw-seed' });
  } catch (error) {
    throw error instanceof CliError ? error : notRecipient(file);
  }
}

function notRecipient(file: string): CliError {
  return new CliError(65, `${file} is no key for backups`, 'make one with "ferrohsm backup create-key", or ML-KEM-768');
}

/** Native WebCrypto alone has the hybrid KEM as one. */
async function publicKeyOf(seed: Uint8Array): Promise<Buffer> {
  const { subtle } = globalThis.crypto as unknown as { subtle: SeedSubtle };
  const key = await subtle.importKey('raw-seed', seed, { name: hybrid }, false, ['decapsulateBits']);
  const publicKey = await subtle.getPublicKey(key, ['encapsulateBits']);
  return Buffer.from(await subtle.exportKey('raw-public', publicKey));
}

/** Formats of the Modern Algorithms draft that the types of Node do not list. */
interface SeedSubtle {
  importKey(
    format: 'raw-seed',
    seed: Uint8Array,
    algorithm: object,
    extractable: boolean,
    uses: string[],
  ): Promise<CryptoKey>;
  getPublicKey(key: CryptoKey, uses: string[]): Promise<CryptoKey>;
  exportKey(format: 'raw-public', key: CryptoKey): Promise<ArrayBuffer>;
}
