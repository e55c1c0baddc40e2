import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKG } from '../codec/constants/parameters.ts';
import type { CkUlong } from '../codec/ulong.ts';

/** A hash as PKCS#11, WebCrypto and node:crypto name it. */
export interface Hash {
  /** CKM_... that digests. */
  readonly mechanism: number;
  /** Name in WebCrypto; undefined for one that the sidecar does not know: its digests are made here. */
  readonly name?: string;
  /** Name in node:crypto. */
  readonly digest: string;
  readonly bytes: number;
}

/** A hash that signatures of RSA are made with. */
export interface SignatureHash extends Hash {
  /** DER of a DigestInfo up to its digest: RFC 8017 section 9.2 note 1, and the OIDs of NIST for SHA-3. */
  readonly digestInfo: Buffer;
  /** CKG_..., MGF1 with it. */
  readonly maskFunction: number;
}

export const sha1: SignatureHash = Object.freeze({
  mechanism: CKM.SHA_1,
  name: 'SHA-1',
  digest: 'sha1',
  bytes: 20,
  digestInfo: Buffer.from('3021300906052b0e03021a05000414', 'hex'),
  maskFunction: CKG.MGF1_SHA1,
});

export const sha224: SignatureHash = Object.freeze({
  mechanism: CKM.SHA224,
  digest: 'sha224',
  bytes: 28,
  digestInfo: Buffer.from('302d300d06096086480165030402040500041c', 'hex'),
  maskFunction: CKG.MGF1_SHA224,
});

export const sha256: SignatureHash = Object.freeze({
  mechanism: CKM.SHA256,
  name: 'SHA-256',
  digest: 'sha256',
  bytes: 32,
  digestInfo: Buffer.from('3031300d060960864801650304020105000420', 'hex'),
  maskFunction: CKG.MGF1_SHA256,
});

export const sha384: SignatureHash = Object.freeze({
  mechanism: CKM.SHA384,
  name: 'SHA-384',
  digest: 'sha384',
  bytes: 48,
  digestInfo: Buffer.from('3041300d060960864801650304020205000430', 'hex'),
  maskFunction: CKG.MGF1_SHA384,
});

export const sha512: SignatureHash = Object.freeze({
  mechanism: CKM.SHA512,
  name: 'SHA-512',
  digest: 'sha512',
  bytes: 64,
  digestInfo: Buffer.from('3051300d060960864801650304020305000440', 'hex'),
  maskFunction: CKG.MGF1_SHA512,
});

export const sha3With224: SignatureHash = Object.freeze({
  mechanism: CKM.SHA3_224,
  digest: 'sha3-224',
  bytes: 28,
  digestInfo: Buffer.from('302d300d06096086480165030402070500041c', 'hex'),
  maskFunction: CKG.MGF1_SHA3_224,
});

export const sha3With256: SignatureHash = Object.freeze({
  mechanism: CKM.SHA3_256,
  name: 'SHA3-256',
  digest: 'sha3-256',
  bytes: 32,
  digestInfo: Buffer.from('3031300d060960864801650304020805000420', 'hex'),
  maskFunction: CKG.MGF1_SHA3_256,
});

export const sha3With384: SignatureHash = Object.freeze({
  mechanism: CKM.SHA3_384,
  name: 'SHA3-384',
  digest: 'sha3-384',
  bytes: 48,
  digestInfo: Buffer.from('3041300d060960864801650304020905000430', 'hex'),
  maskFunction: CKG.MGF1_SHA3_384,
});

export const sha3With512: SignatureHash = Object.freeze({
  mechanism: CKM.SHA3_512,
  name: 'SHA3-512',
  digest: 'sha3-512',
  bytes: 64,
  digestInfo: Buffer.from('3051300d060960864801650304020a05000440', 'hex'),
  maskFunction: CKG.MGF1_SHA3_512,
});

export const signatureHashes: readonly SignatureHash[] = [
  sha1,
  sha224,
  sha256,
  sha384,
  sha512,
  sha3With224,
  sha3With256,
  sha3With384,
  sha3With512,
];

/** `CK_..._PARAMS.hashAlg` */
export function hashOfMechanism(mechanism: CkUlong): SignatureHash | undefined {
  return signatureHashes.find((hash) => hash.mechanism === mechanism);
}

/** `CK_..._PARAMS.mgf` */
export function hashOfMask(maskFunction: CkUlong): SignatureHash | undefined {
  return signatureHashes.find((hash) => hash.maskFunction === maskFunction);
}
