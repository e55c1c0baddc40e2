import { FerroHsmError } from '../errors.ts';
import type { Algorithm, KeyHandle } from '../generated/types.ts';
import { messageDigest } from '../local/message-digest.ts';
import { remoteSlots } from './crypto-key.ts';
import type { KeyCustody } from './key-custody.ts';
import { type ByteSource, bytesOf } from './web-idl.ts';

/** Shorter messages are signed as fast when they are sent: measured over a Unix socket. */
const wholeBytes = 32 << 10;

const prehashing: ReadonlySet<string> = new Set(['RSASSA-PKCS1-v1_5', 'RSA-PSS']);

/** What a sidecar says that does not know the method, or whose policy wants to see messages. */
const wantsMessage: ReadonlySet<string> = new Set(['method_not_found', 'permission_denied', 'not_found']);

/** What names a signature beside what is signed. */
interface Signing {
  readonly algorithm: Algorithm;
  readonly key: KeyHandle;
}

/** The hash of the key, when only the digest of that message needs to cross the wire; undefined when all of it does. */
export function hashFor(custody: KeyCustody, key: CryptoKey, message: ByteSource): string | undefined {
  const slots = remoteSlots(key);
  if (slots === undefined || !prehashing.has(slots.algorithmName) || custody.signsWhole(slots.handle)) return undefined;
  return bytesOf(message).length > wholeBytes ? slots.hash : undefined;
}

/**
 * Signs a message by its digest. Where the sidecar wants the message, it is sent as it was at the time of the call, if it
 * is short enough to be sent.
 */
export async function signPrehashed(
  custody: KeyCustody,
  signing: Signing,
  hash: string,
  message: ByteSource,
): Promise<Uint8Array> {
  const bytes = bytesOf(message);
  const { limits } = custody.rpc.hello;
  const copy = limits !== undefined && bytes.length > limits.attachmentBytes ? undefined : bytes.slice();
  try {
    const digest = await messageDigest(hash, copy ?? bytes, copy !== undefined);
    return (await custody.rpc.call('subtle.signDigest', { ...signing, digest })).signature;
  } catch (error) {
    if (copy === undefined || !isAnswered(error)) throw error;
  }
  custody.signWhole(signing.key);
  return (await custody.rpc.call('subtle.sign', { ...signing, data: copy })).signature;
}

/** Whether the whole message is the answer to an error: of the sidecar, or of a runtime that lacks the hash. */
function isAnswered(error: unknown): boolean {
  if (error instanceof FerroHsmError) return wantsMessage.has(error.code);
  return (error as Error).name === 'NotSupportedError';
}
