import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { MechanismParameter } from '../codec/mechanism-parameters.ts';
import { blockBytes, blockCipher, paddingCipher, unpaddingCipher } from '../operations/block-cipher.ts';
import { boundCbcDecryption, boundCbcEncryption, CbcChain } from './aes-cbc.ts';
import { aesCtr } from './aes-ctr.ts';
import { aesGcm } from './aes-gcm.ts';
import { aesKeys } from './aes-keys.ts';
import type { Mechanism } from './mechanism.ts';
import { requireNoParameter, requireParameter } from './parameters.ts';

const ecb = { name: 'AES-ECB' };

export const aesMechanisms: readonly Mechanism[] = [
  Object.freeze({ ...aesKeys, type: CKM.AES_KEY_GEN, soleAlgorithms: [], generates: 'key' } satisfies Mechanism),
  Object.freeze({
    ...aesKeys,
    type: CKM.AES_ECB,
    soleAlgorithms: [],
    encrypt(parameter) {
      requireNoParameter(parameter);
      return (use) => blockCipher((blocks) => use.encrypt(ecb, blocks), CKR.DATA_LEN_RANGE);
    },
    decrypt(parameter) {
      requireNoParameter(parameter);
      return (use) => blockCipher((blocks) => use.decrypt(ecb, blocks), CKR.ENCRYPTED_DATA_LEN_RANGE);
    },
  } satisfies Mechanism),
  Object.freeze({
    ...aesKeys,
    type: CKM.AES_CBC,
    soleAlgorithms: [],
    encrypt(parameter) {
      const iv = ivOf(parameter);
      return (use) => blockCipher(new CbcChain(use, iv).encryption, CKR.DATA_LEN_RANGE);
    },
    decrypt(parameter) {
      const iv = ivOf(parameter);
      return (use) => blockCipher(new CbcChain(use, iv).decryption, CKR.ENCRYPTED_DATA_LEN_RANGE);
    },
  } satisfies Mechanism),
  Object.freeze({
    ...aesKeys,
    type: CKM.AES_CBC_PAD,
    soleAlgorithms: [{ name: 'AES-CBC' }],
    encrypt(parameter) {
      const iv = ivOf(parameter);
      return (use) =>
        use.held.algorithm.multipurpose ? paddingCipher(new CbcChain(use, iv).encryption) : boundCbcEncryption(use, iv);
    },
    decrypt(parameter) {
      const iv = ivOf(parameter);
      return (use) =>
        use.held.algorithm.multipurpose
          ? unpaddingCipher(new CbcChain(use, iv).decryption)
          : boundCbcDecryption(use, iv);
    },
    wrap(parameter) {
      const algorithm = { name: 'AES-CBC', iv: ivOf(parameter) };
      return () => ({ algorithm, wrappedBytes: (bytes) => bytes + blockBytes - (bytes % blockBytes) });
    },
    unwrap(parameter) {
      const algorithm = { name: 'AES-CBC', iv: ivOf(parameter) };
      return () => ({ algorithm });
    },
  } satisfies Mechanism),
  aesCtr,
  aesGcm,
  Object.freeze({
    ...aesKeys,
    type: CKM.AES_KEY_WRAP,
    soleAlgorithms: [{ name: 'AES-KW' }],
    wrap(parameter) {
      requireNoParameter(parameter);
      // RFC 3394 section 2.2.1
      return () => ({ algorithm: { name: 'AES-KW' }, wrappedBytes: (bytes) => bytes + 8 });
    },
    unwrap(parameter) {
      requireNoParameter(parameter);
      return () => ({ algorithm: { name: 'AES-KW' } });
    },
  } satisfies Mechanism),
];

function ivOf(parameter: MechanismParameter | undefined): Buffer {
  return Buffer.from(requireParameter(parameter, 'IV').iv);
}
