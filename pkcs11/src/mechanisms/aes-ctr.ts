import { CKM } from '../codec/constants/mechanism-types.ts';
import { CKR } from '../codec/constants/return-values.ts';
import type { MechanismParameter } from '../codec/mechanism-parameters.ts';
import { type Counter, CounterCipher } from '../operations/counter-cipher.ts';
import { aesKeys } from './aes-keys.ts';
import type { Mechanism } from './mechanism.ts';
import { invalidParameter, requireParameter } from './parameters.ts';

export const aesCtr: Mechanism = Object.freeze({
  ...aesKeys,
  type: CKM.AES_CTR,
  soleAlgorithms: [{ name: 'AES-CTR' }],
  encrypt(parameter) {
    const counter = counterOf(parameter);
    return (use) =>
      new CounterCipher({
        counter,
        refusal: CKR.DATA_LEN_RANGE,
        addKeyStream: (at, data) => use.encrypt(algorithmOf(at), data),
      });
  },
  decrypt(parameter) {
    const counter = counterOf(parameter);
    return (use) =>
      new CounterCipher({
        counter,
        refusal: CKR.ENCRYPTED_DATA_LEN_RANGE,
        addKeyStream: (at, data) => use.decrypt(algorithmOf(at), data),
      });
  },
} satisfies Mechanism);

const blockBits = 128;

function counterOf(parameter: MechanismParameter | undefined): Counter {
  const { counterBits, cb } = requireParameter(parameter, 'CK_AES_CTR_PARAMS');
  if (counterBits < 1 || counterBits > blockBits) throw invalidParameter(`a counter of ${counterBits} bits`);
  return { block: Buffer.from(cb), bits: Number(counterBits) };
}

function algorithmOf({ block, bits }: Counter) {
  return { name: 'AES-CTR', counter: block, length: bits };
}
