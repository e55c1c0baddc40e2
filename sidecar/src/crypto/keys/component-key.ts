import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

/** Keys of the classical half of a composite, encoded as the LAMPS drafts do (pq-composite-sigs and -kem, section 4). */
export interface ComponentKey {
  /** Whether the private key is a seed of fixed length. */
  readonly isSeed: boolean;
  generate(): Promise<KeyObject>;
  /** Fresh bytes that the caller wipes. */
  encodePrivate(part: KeyObject): Buffer;
  /** @throws anything when the bytes are no such key in exactly the draft's form */
  decodePrivate(bytes: Buffer): KeyObject;
  encodePublic(part: KeyObject): Buffer;
  /** @throws anything when the bytes are no such key in exactly the draft's form */
  decodePublic(bytes: Buffer): KeyObject;
  /** @throws SidecarError `data_invalid` when an imported private key does not fit its public part */
  checkPrivate?(part: KeyObject): Promise<void>;
}

const generate = promisify(generateKeyPair) as (type: string, options: object) => Promise<{ privateKey: KeyObject }>;

/** Makes a key on the thread pool: an RSA key takes up to seconds. */
export async function generatePrivateKey(type: string, options: object = {}): Promise<KeyObject> {
  return (await generate(type, options)).privateKey;
}
