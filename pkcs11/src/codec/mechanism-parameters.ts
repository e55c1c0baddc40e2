import { type BodyReader, malformed } from './body-reader.ts';
import type { BodyWriter } from './body-writer.ts';
import type { CkUlong } from './ulong.ts';

interface FieldValues {
  readonly ulong: CkUlong;
  readonly bytes: Buffer | null;
  /** 16 bytes. */
  readonly block: Buffer;
}

type FieldKind = keyof FieldValues;

/** The structures of mechanism parameters, in the order of their members on the wire. */
const structures = {
  CK_RSA_PKCS_PSS_PARAMS: { hashAlg: 'ulong', mgf: 'ulong', sLen: 'ulong' },
  CK_RSA_PKCS_OAEP_PARAMS: { hashAlg: 'ulong', mgf: 'ulong', source: 'ulong', sourceData: 'bytes' },
  CK_ECDH1_DERIVE_PARAMS: { kdf: 'ulong', sharedData: 'bytes', publicData: 'bytes' },
  CK_AES_CTR_PARAMS: { counterBits: 'ulong', cb: 'block' },
  CK_GCM_PARAMS: { iv: 'bytes', ivBits: 'ulong', aad: 'bytes', tagBits: 'ulong' },
  CK_MAC_GENERAL_PARAMS: { macLength: 'ulong' },
  /** The initialization vector of AES. */
  IV: { iv: 'block' },
  /** Bytes without a structure: the public value of C_DeriveKey with CKM_DH_PKCS_DERIVE. */
  BYTES: { bytes: 'bytes' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldKind>>>>;

export type ParameterKind = keyof typeof structures;

type FieldsOf<K extends ParameterKind> = {
  readonly [F in keyof (typeof structures)[K]]: (typeof structures)[K][F] extends FieldKind
    ? FieldValues[(typeof structures)[K][F]]
    : never;
};

export type MechanismParameter = { [K in ParameterKind]: { readonly kind: K } & FieldsOf<K> }[ParameterKind];

const blockBytes = 16;

const fields: { readonly [K in FieldKind]: (reader: BodyReader) => FieldValues[K] } = {
  ulong: (reader) => reader.ulong(),
  bytes: (reader) => reader.byteArray(),
  block: readBlock,
};

export function readParameter(reader: BodyReader, kind: ParameterKind): MechanismParameter {
  const members = Object.entries(structures[kind]).map(([name, field]) => [name, fields[field](reader)]);
  return { kind, ...Object.fromEntries(members) };
}

export function writeParameter(writer: BodyWriter, parameter: MechanismParameter): void {
  const values = new Map(Object.entries(parameter) as [string, CkUlong | Buffer | null][]);
  for (const name of Object.keys(structures[parameter.kind])) {
    const value = values.get(name);
    if (value === null || Buffer.isBuffer(value)) writer.byteArray(value);
    else if (value !== undefined) writer.ulong(value);
  }
}

function readBlock(reader: BodyReader): Buffer {
  const block = reader.byteArray();
  if (block?.length !== blockBytes) throw malformed(`a block of ${block?.length ?? 0} bytes`);
  return block;
}
