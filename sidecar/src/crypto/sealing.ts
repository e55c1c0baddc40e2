import {
  argon2,
  argon2Sync,
  type CipherGCMTypes,
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  randomBytes,
  webcrypto,
} from 'node:crypto';
import { promisify } from 'node:util';
import { SidecarError } from '../errors.ts';
import { Secret } from '../secret.ts';

/** AES-256-GCM-SIV has the call shape of GCM; Node's types do not list it. */
const cipherName = 'aes-256-gcm-siv' as CipherGCMTypes;
const layoutVersion = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** Cost of one Argon2id derivation (RFC 9106 section 3.1). */
export interface Argon2Cost {
  /** Memory in KiB, at least 8 a lane. */
  readonly memoryKib: number;
  readonly passes: number;
  /** Lanes. */
  readonly parallelism: number;
}

/** Sealing, key derivation and keyed digests, to be handed to the parts that hold secrets at rest. */
export interface Sealing {
  seal(key: Secret, plaintext: Uint8Array, associatedData: Uint8Array): Buffer;
  open(key: Secret, sealed: Uint8Array, associatedData: Uint8Array): Secret;
  derive(key: Secret, salt: Uint8Array, info: string, lengthBytes: number): Secret;
  keyedDigest(key: Secret, data: Uint8Array): Buffer;
  keyedDigestAside(key: Secret, data: Uint8Array): Promise<Buffer>;
  argon2id(passphrase: Secret, salt: Uint8Array, cost: Argon2Cost): Secret;
  argon2idAside(passphrase: Secret, salt: Uint8Array, cost: Argon2Cost): Promise<Secret>;
}

/**
 * The native implementation.
 *
 * @example const sealed = createSealing().seal(key, secret.bytes, Buffer.from('row 7'));
 */
export function createSealing(): Sealing {
  return Object.freeze({ seal, open, derive, keyedDigest, keyedDigestAside, argon2id, argon2idAside });
}

/**
 * Seals with AES-256-GCM-SIV (RFC 8452) under a fresh random nonce.
 * Layout: version byte (1), 12-byte nonce, ciphertext, 16-byte tag.
 *
 * @param key 32 bytes
 */
function seal(key: Secret, plaintext: Uint8Array, associatedData: Uint8Array): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv(cipherName, key.bytes, nonce, { authTagLength: tagBytes });
  cipher.setAAD(associatedData);
  // The SIV modes take the whole message in one update().
  const ciphertext = cipher.update(plaintext);
  cipher.final();
  return Buffer.concat([Buffer.of(layoutVersion), nonce, ciphertext, cipher.getAuthTag()]);
}

/**
 * Opens what {@link seal} made with the same key and associated data.
 *
 * @throws SidecarError `operation_failed` when layout, key, data or associated data differ
 */
function open(key: Secret, sealed: Uint8Array, associatedData: Uint8Array): Secret {
  if (sealed.length < 1 + nonceBytes + tagBytes || sealed[0] !== layoutVersion) throw refusal();
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const decipher = createDecipheriv(cipherName, key.bytes, nonce, { authTagLength: tagBytes });
  decipher.setAAD(associatedData);
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  let plaintext: Buffer | undefined;
  try {
    plaintext = decipher.update(sealed.subarray(1 + nonceBytes, -tagBytes));
    decipher.final();
    return Secret.take(plaintext);
  } catch (cause) {
    plaintext?.fill(0);
    throw refusal(cause);
  }
}

function refusal(cause?: unknown): SidecarError {
  return new SidecarError('operation_failed', 'sealed data does not verify', { cause });
}

/**
 * Derives a key with HKDF-SHA256 (RFC 5869).
 *
 * @param lengthBytes at most 8160
 */
function derive(key: Secret, salt: Uint8Array, info: string, lengthBytes: number): Secret {
  return Secret.take(new Uint8Array(hkdfSync('sha256', key.bytes, salt, info, lengthBytes)));
}

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
function keyedDigest(key: Secret, data: Uint8Array): Buffer {
  return createHmac('sha256', key.bytes).update(data).digest();
}

/** The same in the thread pool, of the data as it is now. Long data alone are worth the copy and the way there. */
async function keyedDigestAside(key: Secret, data: Uint8Array): Promise<Buffer> {
  const hmac = createSecretKey(key.bytes).toCryptoKey({ name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
  return Buffer.from(await webcrypto.subtle.sign('HMAC', hmac, data as Uint8Array<ArrayBuffer>));
}

/**
 * Derives 32 bytes from a passphrase with Argon2id (RFC 9106). Blocks for the whole derivation: start-up only.
 *
 * @param salt at least 16 random bytes
 */
function argon2id(passphrase: Secret, salt: Uint8Array, cost: Argon2Cost): Secret {
  return Secret.take(argon2Sync('argon2id', parametersOf(passphrase, salt, cost)));
}

/** The same on a thread of its own, while others are answered. */
async function argon2idAside(passphrase: Secret, salt: Uint8Array, cost: Argon2Cost): Promise<Secret> {
  return Secret.take(await promisify(argon2)('argon2id', parametersOf(passphrase, salt, cost)));
}

function parametersOf({ bytes: message }: Secret, nonce: Uint8Array, cost: Argon2Cost) {
  const { memoryKib: memory, passes, parallelism } = cost;
  return { message, nonce, memory, passes, parallelism, tagLength: 32 };
}
