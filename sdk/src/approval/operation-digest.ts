import { encodeBase64url } from '../client/base64url.ts';
import type { FrozenOperation } from '../generated/types.ts';
import { callNative } from '../local/native-crypto.ts';
import { canonicalJson } from './canonical-json.ts';

const prefix = 'ferrohsm/op/v1\0';

/** SHA-256 as base64url, of bytes or of text in UTF-8. */
export async function sha256(data: Uint8Array<ArrayBuffer> | string): Promise<string> {
  const bytes = typeof data === 'string' ? new TextEncoder().encode(data) : data;
  return encodeBase64url(new Uint8Array((await callNative('digest', ['SHA-256', bytes])) as ArrayBuffer));
}

/**
 * The digest of a held operation, which is what people sign: SHA-256 of `ferrohsm/op/v1`, a zero byte and the RFC 8785
 * encoding, as base64url. Whoever approves computes it from the operation that he was shown, and not by what the sidecar
 * says that it is.
 *
 * @example const isTrue = (await operationDigest(approval.operation)) === approval.digest;
 */
export function operationDigest(operation: FrozenOperation): Promise<string> {
  return sha256(prefix + canonicalJson(operation));
}
