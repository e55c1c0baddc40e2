import { constants, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto';
import type { ValuedAttribute } from '../../pkcs11/src/codec/attribute.ts';
import { CKA } from '../../pkcs11/src/codec/constants/attribute-types.ts';
import { CKM } from '../../pkcs11/src/codec/constants/mechanism-types.ts';
import { CKK, CKO } from '../../pkcs11/src/codec/constants/objects.ts';
import { CKG, CKZ } from '../../pkcs11/src/codec/constants/parameters.ts';
import type { CkMechanism } from '../../pkcs11/src/codec/mechanism.ts';
import type { MechanismParameter } from '../../pkcs11/src/codec/mechanism-parameters.ts';
import type { ProtocolVersion } from '../../pkcs11/src/codec/protocol-version.ts';
import type { CkUlong } from '../../pkcs11/src/codec/ulong.ts';
import { Attributes, attributeOf, nativeUlong } from '../../pkcs11/src/objects/attributes.ts';
import { CodecClient } from './codec-client.ts';

/** Handles of a pair. */
export interface Pair {
  readonly privateKey: CkUlong;
  readonly publicKey: CkUlong;
}

/** DER of the object identifiers of curves. */
export const curveParameters = {
  'P-256': '06082a8648ce3d030107',
  'P-384': '06052b81040022',
  'P-521': '06052b81040023',
  Ed25519: '06032b6570',
  X25519: '06032b656e',
} as const;

/** Room that is enough for any answer here. */
const plenty = 1 << 20;

/** One session of an application, with the calls of an operation in one. */
export class TokenSession {
  readonly client: CodecClient;
  readonly handle: CkUlong;

  private constructor(client: CodecClient, handle: CkUlong) {
    this.client = client;
    this.handle = handle;
  }

  static async open(path: string, version: ProtocolVersion = 2): Promise<TokenSession> {
    const client = await CodecClient.open(path, version);
    return new TokenSession(client, await client.openSession());
  }

  async pair(mechanism: number, publicKey: readonly ValuedAttribute[]): Promise<Pair> {
    return this.client.call('C_GenerateKeyPair', {
      session: this.handle,
      mechanism: { mechanism, parameter: undefined },
      publicKeyTemplate: publicKey,
      privateKeyTemplate: [],
    });
  }

  rsaPair(bits = 2048): Promise<Pair> {
    return this.pair(CKM.RSA_PKCS_KEY_PAIR_GEN, [attributeOf(CKA.MODULUS_BITS, bits)]);
  }

  curvePair(curve: keyof typeof curveParameters, mechanism: number = CKM.EC_KEY_PAIR_GEN): Promise<Pair> {
    return this.pair(mechanism, [attributeOf(CKA.EC_PARAMS, Buffer.from(curveParameters[curve], 'hex'))]);
  }

  parameterSetPair(mechanism: number, parameterSet: number): Promise<Pair> {
    return this.pair(mechanism, [nativeUlong(CKA.PARAMETER_SET, parameterSet)]);
  }

  async secret(mechanism: number, bytes: number, ...more: ValuedAttribute[]): Promise<CkUlong> {
    const template = [attributeOf(CKA.VALUE_LEN, bytes), ...more];
    const { key } = await this.client.call('C_GenerateKey', {
      session: this.handle,
      mechanism: { mechanism, parameter: undefined },
      template,
    });
    return key;
  }

  /** Of a named key. */
  async pairNamed(name: string): Promise<Pair> {
    const [privateKey, publicKey] = [await this.#find(name, CKO.PRIVATE_KEY), await this.#find(name, CKO.PUBLIC_KEY)];
    return { privateKey, publicKey };
  }

  secretNamed(name: string): Promise<CkUlong> {
    return this.#find(name, CKO.SECRET_KEY);
  }

  async publicKeyOf({ publicKey: object }: Pair): Promise<KeyObject> {
    const { template } = await this.client.call('C_GetAttributeValue', {
      session: this.handle,
      object,
      template: [{ type: CKA.PUBLIC_KEY_INFO, room: plenty }],
    });
    const info = new Attributes(template.filter((one) => one.kind !== 'unavailable')).bytes(CKA.PUBLIC_KEY_INFO);
    return createPublicKey({ key: info as Buffer, type: 'spki', format: 'der' });
  }

  async sign(mechanism: CkMechanism, key: CkUlong, data: Buffer): Promise<Buffer> {
    await this.client.call('C_SignInit', { session: this.handle, mechanism, key });
    return bytesOf(await this.client.call('C_Sign', { session: this.handle, data, room: plenty }));
  }

  async signParts(mechanism: CkMechanism, key: CkUlong, parts: readonly Buffer[]): Promise<Buffer> {
    await this.client.call('C_SignInit', { session: this.handle, mechanism, key });
    for (const data of parts) await this.client.call('C_SignUpdate', { session: this.handle, data });
    return bytesOf(await this.client.call('C_SignFinal', { session: this.handle, room: plenty }));
  }

  async verify(mechanism: CkMechanism, key: CkUlong, data: Buffer, signature: Buffer): Promise<void> {
    await this.client.call('C_VerifyInit', { session: this.handle, mechanism, key });
    await this.client.call('C_Verify', { session: this.handle, data, signature });
  }

  async encrypt(mechanism: CkMechanism, key: CkUlong, data: Buffer): Promise<Buffer> {
    await this.client.call('C_EncryptInit', { session: this.handle, mechanism, key });
    return bytesOf(await this.client.call('C_Encrypt', { session: this.handle, data, room: plenty }));
  }

  async encryptParts(mechanism: CkMechanism, key: CkUlong, parts: readonly Buffer[]): Promise<readonly Buffer[]> {
    const results: Buffer[] = [];
    await this.client.call('C_EncryptInit', { session: this.handle, mechanism, key });
    for (const data of parts) {
      results.push(bytesOf(await this.client.call('C_EncryptUpdate', { session: this.handle, data, room: plenty })));
    }
    results.push(bytesOf(await this.client.call('C_EncryptFinal', { session: this.handle, room: plenty })));
    return results;
  }

  async decrypt(mechanism: CkMechanism, key: CkUlong, data: Buffer): Promise<Buffer> {
    await this.client.call('C_DecryptInit', { session: this.handle, mechanism, key });
    return bytesOf(await this.client.call('C_Decrypt', { session: this.handle, data, room: plenty }));
  }

  async decryptParts(mechanism: CkMechanism, key: CkUlong, parts: readonly Buffer[]): Promise<readonly Buffer[]> {
    const results: Buffer[] = [];
    await this.client.call('C_DecryptInit', { session: this.handle, mechanism, key });
    for (const data of parts) {
      results.push(bytesOf(await this.client.call('C_DecryptUpdate', { session: this.handle, data, room: plenty })));
    }
    results.push(bytesOf(await this.client.call('C_DecryptFinal', { session: this.handle, room: plenty })));
    return results;
  }

  /** An AES key whose bytes the test knows. */
  async unwrapped(publicKey: KeyObject, unwrappingKey: CkUlong, bytes: Buffer): Promise<CkUlong> {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const wrappedKey = publicEncrypt({ key: publicKey, padding, oaepHash: 'sha256' }, bytes);
    const template = [attributeOf(CKA.CLASS, CKO.SECRET_KEY), attributeOf(CKA.KEY_TYPE, CKK.AES)];
    const { key } = await this.client.call('C_UnwrapKey', {
      ...{ session: this.handle, unwrappingKey, wrappedKey, template },
      mechanism: oaepWithSha256,
    });
    return key;
  }

  async #find(name: string, objectClass: number): Promise<CkUlong> {
    const template = [attributeOf(CKA.LABEL, Buffer.from(name)), attributeOf(CKA.CLASS, objectClass)];
    await this.client.call('C_FindObjectsInit', { session: this.handle, template });
    const { objects } = await this.client.call('C_FindObjects', { session: this.handle, room: 1 });
    await this.client.call('C_FindObjectsFinal', { session: this.handle });
    const [found] = objects as readonly CkUlong[];
    if (found === undefined) throw new Error(`no object ${name} of class ${objectClass}`);
    return found;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]();
  }
}

export const oaepWithSha256: CkMechanism = {
  mechanism: CKM.RSA_PKCS_OAEP,
  parameter: {
    kind: 'CK_RSA_PKCS_OAEP_PARAMS',
    hashAlg: CKM.SHA256,
    mgf: CKG.MGF1_SHA256,
    source: CKZ.DATA_SPECIFIED,
    sourceData: null,
  },
};

export function mechanism(type: number, parameter?: MechanismParameter): CkMechanism {
  return { mechanism: type, parameter };
}

function bytesOf({ data }: { readonly data: unknown }): Buffer {
  if (Buffer.isBuffer(data)) return data;
  throw new TypeError(`no bytes but ${JSON.stringify(data)}`);
}
