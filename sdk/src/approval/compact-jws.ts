import { decodeBase64url, encodeBase64url } from '../client/base64url.ts';
import { FerroHsmError } from '../errors.ts';
import { callNative } from '../local/native-crypto.ts';
import { type ApprovalAlgorithm, algorithmOfKey } from './approval-algorithms.ts';

/** A compact JWS (RFC 7515) that was taken apart; nothing of it is verified. */
export interface CompactJws {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly signed: Uint8Array<ArrayBuffer>;
  readonly signature: Uint8Array<ArrayBuffer>;
}

const utf8 = new TextEncoder();

/**
 * Signs a payload; the protected header says algorithm, type and key.
 *
 * @throws FerroHsmError `not_supported` for a key of another algorithm
 */
export async function signCompact(
  payload: object,
  key: CryptoKey,
  { typ, keyId }: { readonly typ: string; readonly keyId: string },
): Promise<string> {
  const { jws: alg, signature } = algorithmOfKey(key);
  const signed = `${encodeJson({ alg, typ, kid: keyId })}.${encodeJson(payload)}`;
  // WebCrypto's ECDSA signatures are the two numbers side by side, as JWS wants them (RFC 7518 section 3.4).
  const bytes = (await callNative('sign', [signature, key, utf8.encode(signed)])) as ArrayBuffer;
  return `${signed}.${encodeBase64url(new Uint8Array(bytes))}`;
}

/** @throws FerroHsmError `evidence_invalid` */
export function readCompact(text: string): CompactJws {
  const [header = '', payload = '', signature = '', ...rest] = text.split('.');
  const bytes = decodeBase64url(signature);
  if (bytes === undefined || rest.length > 0) throw new FerroHsmError('evidence_invalid', 'not a compact JWS');
  return {
    header: decodeJson(header),
    payload: decodeJson(payload),
    signed: utf8.encode(`${header}.${payload}`),
    signature: bytes as Uint8Array<ArrayBuffer>,
  };
}

export async function verifyCompact(
  { signed, signature }: CompactJws,
  key: CryptoKey,
  algorithm: ApprovalAlgorithm,
): Promise<boolean> {
  return (await callNative('verify', [algorithm.signature, key, signature, signed])) as boolean;
}

function encodeJson(value: object): string {
  return encodeBase64url(utf8.encode(JSON.stringify(value)));
}

function decodeJson(part: string): Record<string, unknown> {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(decodeBase64url(part) ?? new Uint8Array());
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new FerroHsmError('evidence_invalid', 'not a compact JWS');
}
