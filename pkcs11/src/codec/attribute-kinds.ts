import { CKA } from './constants/attribute-types.ts';
import type { ProtocolVersion } from './protocol-version.ts';

/** How the value of an attribute travels. */
export type AttributeKind = 'byte' | 'ulong' | 'date' | 'mechanisms' | 'template' | 'bytes';

/**
 * Client and server decide by the type, never by the length. What this table does not name travels as bytes: all that is
 * newer than p11-kit too, such as CKA_PARAMETER_SET, which therefore comes in the client's own byte order.
 */
const typesOfKinds: Readonly<Record<Exclude<AttributeKind, 'bytes'>, readonly number[]>> = {
  byte: [
    CKA.TOKEN,
    CKA.PRIVATE,
    CKA.TRUSTED,
    CKA.SENSITIVE,
    CKA.ENCRYPT,
    CKA.DECRYPT,
    CKA.WRAP,
    CKA.UNWRAP,
    CKA.SIGN,
    CKA.SIGN_RECOVER,
    CKA.VERIFY,
    CKA.VERIFY_RECOVER,
    CKA.DERIVE,
    CKA.EXTRACTABLE,
    CKA.LOCAL,
    CKA.NEVER_EXTRACTABLE,
    CKA.ALWAYS_SENSITIVE,
    CKA.MODIFIABLE,
    CKA.COPYABLE,
    CKA.SECONDARY_AUTH,
    CKA.ALWAYS_AUTHENTICATE,
    CKA.WRAP_WITH_TRUSTED,
    CKA.RESET_ON_INIT,
    CKA.HAS_RESET,
    CKA.COLOR,
  ],
  ulong: [
    CKA.CLASS,
    CKA.CERTIFICATE_TYPE,
    CKA.CERTIFICATE_CATEGORY,
    CKA.JAVA_MIDP_SECURITY_DOMAIN,
    CKA.KEY_TYPE,
    CKA.MODULUS_BITS,
    CKA.PRIME_BITS,
    CKA.SUB_PRIME_BITS,
    CKA.VALUE_BITS,
    CKA.VALUE_LEN,
    CKA.KEY_GEN_MECHANISM,
    CKA.AUTH_PIN_FLAGS,
    CKA.HW_FEATURE_TYPE,
    CKA.PIXEL_X,
    CKA.PIXEL_Y,
    CKA.RESOLUTION,
    CKA.CHAR_ROWS,
    CKA.CHAR_COLUMNS,
    CKA.BITS_PER_PIXEL,
    CKA.MECHANISM_TYPE,
  ],
  date: [CKA.START_DATE, CKA.END_DATE],
  mechanisms: [CKA.ALLOWED_MECHANISMS],
  template: [CKA.WRAP_TEMPLATE, CKA.UNWRAP_TEMPLATE, CKA.DERIVE_TEMPLATE],
};

/**
 * IBM's attributes, which clients from 0.25 on know. They mean nothing here, but a template that names one must be read to
 * its end to be refused for the right reason.
 */
const vendorTypesOfKinds = {
  byte: [0x8001_0001, 0x8001_0002, 0x8001_0003, 0x8001_0004, 0x8001_0008, 0x8001_000c, 0x8001_000d],
  ulong: [0x8001_0005, 0x8001_000a, 0x800d_0001, 0x800d_0009, 0x800d_0101],
};

const kinds = kindsOf(typesOfKinds);
const vendorKinds = kindsOf(vendorTypesOfKinds);

export function attributeKind(type: number, version: ProtocolVersion): AttributeKind {
  if (version > 0) return kinds.get(type) ?? vendorKinds.get(type) ?? 'bytes';
  // 0.24 takes the C structures of this one for bytes: what comes is of no use.
  if (type === CKA.DERIVE_TEMPLATE) return 'bytes';
  return kinds.get(type) ?? 'bytes';
}

function kindsOf(
  table: Readonly<Partial<Record<AttributeKind, readonly number[]>>>,
): ReadonlyMap<number, AttributeKind> {
  const rows = Object.entries(table) as [AttributeKind, readonly number[]][];
  return new Map(rows.flatMap(([kind, types]) => types.map((type) => [type, kind] as const)));
}
