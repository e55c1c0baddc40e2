import { describe, expect, it } from 'vitest';
import { BodyReader } from './body-reader.ts';
import { BodyWriter } from './body-writer.ts';
import { isCarried } from './carried-mechanisms.ts';
import { CKM } from './constants/mechanism-types.ts';
import { CKG } from './constants/parameters.ts';
import { type CkMechanism, readMechanism, writeMechanism } from './mechanism.ts';
import type { ProtocolVersion } from './protocol-version.ts';

function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}

function read(digits: string, version: ProtocolVersion): CkMechanism | null {
  const reader = new BodyReader(hex(digits), version);
  const mechanism = readMechanism(reader);
  reader.end();
  return mechanism;
}

function written(mechanism: CkMechanism | null, version: ProtocolVersion): Buffer {
  const writer = new BodyWriter(version);
  writeMechanism(writer, mechanism);
  return writer.body();
}

const block = '000102030405060708090a0b0c0d0e0f';
const pss = {
  mechanism: CKM.RSA_PKCS_PSS,
  parameter: { kind: 'CK_RSA_PKCS_PSS_PARAMS', hashAlg: CKM.SHA256, mgf: CKG.MGF1_SHA256, sLen: 32 },
} as const;
const pssDigits = '0000000000000250 0000000000000002 0000000000000020';

describe('a mechanism', () => {
  it.each([
    ['null', null, 'ffffffff', 'ffffffff'],
    ['ECDSA', { mechanism: CKM.ECDSA, parameter: undefined }, '00001041 ffffffff', '00001041'],
    ['RSA-PSS', pss, `0000000d ${pssDigits}`, `0000000d 01 ${pssDigits}`],
    [
      'RSA-OAEP',
      {
        mechanism: CKM.RSA_PKCS_OAEP,
        parameter: { kind: 'CK_RSA_PKCS_OAEP_PARAMS', hashAlg: CKM.SHA_1, mgf: 1, source: 1, sourceData: null },
      },
      '00000009 0000000000000220 0000000000000001 0000000000000001 ffffffff',
      '00000009 01 0000000000000220 0000000000000001 0000000000000001 ffffffff',
    ],
    [
      'ECDH1',
      {
        mechanism: CKM.ECDH1_DERIVE,
        parameter: { kind: 'CK_ECDH1_DERIVE_PARAMS', kdf: 1, sharedData: null, publicData: hex('04aa') },
      },
      '00001050 0000000000000001 ffffffff 00000002 04aa',
      '00001050 01 0000000000000001 ffffffff 00000002 04aa',
    ],
    [
      'AES-GCM',
      {
        mechanism: CKM.AES_GCM,
        parameter: { kind: 'CK_GCM_PARAMS', iv: hex('0a0b'), ivBits: 16, aad: null, tagBits: 128 },
      },
      '00001087 00000002 0a0b 0000000000000010 ffffffff 0000000000000080',
      '00001087 01 00000002 0a0b 0000000000000010 ffffffff 0000000000000080',
    ],
    [
      'AES-CTR',
      { mechanism: CKM.AES_CTR, parameter: { kind: 'CK_AES_CTR_PARAMS', counterBits: 128, cb: hex(block) } },
      `00001086 0000000000000080 00000010 ${block}`,
      `00001086 01 0000000000000080 00000010 ${block}`,
    ],
    [
      'AES-CBC',
      { mechanism: CKM.AES_CBC, parameter: { kind: 'IV', iv: hex(block) } },
      `00001082 00000010 ${block}`,
      `00001082 01 00000010 ${block}`,
    ],
    ['ML-DSA', { mechanism: CKM.ML_DSA, parameter: undefined }, '0000001d ffffffff', '0000001d'],
  ] as const)('%s travels in the encoding of the version', (_, mechanism, old, recent) => {
    expect(written(mechanism, 1)).toEqual(hex(old));
    expect(read(old, 0)).toEqual(mechanism);
    expect(written(mechanism, 2)).toEqual(hex(recent));
    expect(read(recent, 2)).toEqual(mechanism);
  });

  it('may lack its parameter from version 2 on', () => {
    const bare = { mechanism: CKM.RSA_PKCS_PSS, parameter: undefined };
    expect(read('0000000d 00', 2)).toEqual(bare);
    expect(written(bare, 2)).toEqual(hex('0000000d 00'));
    expect(() => written(bare, 1)).toThrow(TypeError);
  });

  it('that is unknown is read over where its encoding allows it', () => {
    expect(read('00000122 00000008 0001020304050607', 1)).toMatchObject({
      mechanism: 0x122,
      parameter: { kind: 'BYTES' },
    });
    expect(() => read('00000122', 2)).toThrow('CKR_MECHANISM_INVALID');
  });

  it('with a parameter that it does not have is refused', () => {
    expect(() => read('00001041 00000001 aa', 1)).toThrow('CKR_MECHANISM_PARAM_INVALID');
    expect(() => written({ ...pss, mechanism: CKM.ECDSA }, 2)).toThrow(TypeError);
  });

  it('with an initialization vector of another length is refused', () => {
    expect(() => read('00001082 01 0000000c 000102030405060708090a0b', 2)).toThrow('CKR_DEVICE_ERROR');
  });
});

describe('what may be advertised', () => {
  it.each([
    ['raw ECDSA, to all', CKM.ECDSA, [true, true, true]],
    ['ECDSA with SHA-256, from 0.25 on', CKM.ECDSA_SHA256, [false, true, true]],
    ['AES-GCM, from 0.25 on', CKM.AES_GCM, [false, true, true]],
    ['ML-DSA, to none yet', CKM.ML_DSA, [false, false, false]],
    ['a mechanism of nobody, to none', 0x8000_0001, [false, false, false]],
  ] as const)('%s', (_, type, expected) => {
    expect(([0, 1, 2] as const).map((version) => isCarried(type, version))).toEqual(expected);
  });
});
