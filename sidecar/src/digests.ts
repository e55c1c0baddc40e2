import { randomBytes } from 'node:crypto';
import canonicalize from 'canonicalize';
import { KeyedMac, macRoom } from './audit/mac.ts';
import type { Keystore, Sealing } from './keystore/keystore.ts';
import { Secret } from './secret.ts';

/** Keyed digests: they prove equality to the sidecar, and tell nothing to whoever reads the log. */
export interface Digests {
  ofBytes(bytes: Uint8Array): string;
  /** The same, beside the calling thread: of long bytes, as they are at the time of the call. */
  aside(bytes: Uint8Array): Promise<string>;
  /** Of a whole request, the same for its repetition whatever the order of its members. */
  ofRequest(method: string, params: object): string;
  close(): void;
}

/** Up to this many bytes a copy costs less than setting up a keyed hash. */
const copiedBytes = 4096;

/** The digest key is made on first use and lives sealed in the keystore. */
export async function createDigests(
  keystore: Keystore,
  sealing: Pick<Sealing, 'keyedDigest' | 'keyedDigestAside'>,
): Promise<Digests> {
  const key = await keystore.systemSecret('audit/digest-key', () => Secret.take(randomBytes(32)));
  const mac = new KeyedMac(key);
  const scratch = Secret.take(Buffer.allocUnsafeSlow(macRoom + copiedBytes));
  const ofBytes = (bytes: Uint8Array) =>
    bytes.length > copiedBytes
      ? sealing.keyedDigest(key, bytes).toString('base64url')
      : ofCopy(mac, scratch.bytes.subarray(0, macRoom + bytes.length), bytes);
  return {
    ofBytes,
    aside: async (bytes) => (await sealing.keyedDigestAside(key, bytes)).toString('base64url'),
    ofRequest: (method, params) =>
      ofBytes(Buffer.from(`ferrohsm/request/v1\0${method}\0${canonical(params, ofBytes)}`)),
    close: () => {
      mac.dispose();
      scratch.dispose();
      key.dispose();
    },
  };
}

function ofCopy(mac: KeyedMac, room: Buffer, bytes: Uint8Array): string {
  room.set(bytes, macRoom);
  const digest = mac.digestText(room);
  room.fill(0);
  return digest;
}

/** RFC 8785, bytes replaced by their own digests. Params come from parsed JSON, so the encoding loses nothing. */
function canonical(params: object, digest: (bytes: Uint8Array) => string): string {
  return canonicalize(withDigests(params, digest)) ?? '';
}

function withDigests(value: unknown, digest: (bytes: Uint8Array) => string): unknown {
  if (value instanceof Secret) return { digest: digest(value.bytes) };
  if (value instanceof Uint8Array) return { digest: digest(value) };
  if (Array.isArray(value)) return value.map((element) => withDigests(element, digest));
  if (value === null || typeof value !== 'object') return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withDigests(member, digest)]));
}
