import { SidecarError } from '../../errors.ts';
import { readElements, tag } from '../keys/der.ts';
import { hashOf } from './hash-name.ts';
import { firstPart } from './key-part.ts';
import { loadOpensslSigner, type OpensslSigner } from './openssl-signer.ts';
import { attempt, operationFailed } from './refusal.ts';
import { asymmetricKeys, type DigestScheme } from './signature-scheme.ts';
import { descriptorOf, table } from './table.ts';

/** Length of the order of each curve in bytes (SP 800-186 section 3.2.1). */
const orders = table<number>({ 'P-256': 32, 'P-384': 48, 'P-521': 66 });

/** PKCS#11 signs whatever a caller says is a digest; OpenSSL takes the bits that fit (FIPS 186-5 section 6.4.1). */
const mostDigestBytes = 1024;

/**
 * FIPS 186-5 section 6.4 from step 2 on: a signature, r || s, of the message whose digest it is. The caller may name the
 * hash, so that a digest of another length is refused.
 */
export const ecdsaDigest: DigestScheme = Object.freeze({
  signingKey: asymmetricKeys.signingKey,
  sign({ hash }, key, digest) {
    requireLength(hash, digest);
    const order = descriptorOf(orders, key.algorithm.namedCurve ?? '', 'signing a digest');
    const sign = opensslSigner();
    return p1363(
      attempt('ECDSA', () => sign(firstPart(key), digest)),
      order,
    );
  },
} satisfies DigestScheme);

function requireLength(hash: string | undefined, digest: Uint8Array): void {
  const isFitting =
    hash === undefined ? digest.length > 0 && digest.length <= mostDigestBytes : digest.length === hashOf(hash).bytes;
  if (!isFitting) throw new SidecarError('data_invalid', `a digest of ${digest.length} bytes`);
}

let signer: { readonly sign: OpensslSigner | undefined } | undefined;

/** Loaded when the first digest is signed on this thread. */
function opensslSigner(): OpensslSigner {
  signer ??= { sign: loadOpensslSigner() };
  if (signer.sign === undefined)
    throw new SidecarError('not_supported', 'ECDSA of a digest where Node has no node:ffi');
  return signer.sign;
}

/** An ECDSA-Sig-Value as its two numbers, each as long as the order (IEEE P1363). */
function p1363(der: Buffer, orderBytes: number): Buffer {
  const [sequence] = readElements(der);
  const numbers = sequence?.tag === tag.sequence ? readElements(sequence.content) : [];
  if (numbers.length !== 2) throw operationFailed('ECDSA did not succeed');
  const signature = Buffer.alloc(2 * orderBytes);
  for (const [index, { content }] of numbers.entries()) {
    const number = content.subarray(Math.max(0, content.length - orderBytes));
    signature.set(number, (index + 1) * orderBytes - number.length);
  }
  return signature;
}
