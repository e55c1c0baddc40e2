import {
  booleanAttribute,
  bytesAttribute,
  type CkAttribute,
  dateAttribute,
  mechanismsAttribute,
  ulongAttribute,
  type ValuedAttribute,
} from '../codec/attribute.ts';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';

/** The attributes of an object, or of a template, by their types. */
export class Attributes {
  readonly #byType: ReadonlyMap<number, ValuedAttribute>;

  constructor(attributes: Iterable<ValuedAttribute>) {
    this.#byType = new Map([...attributes].map((attribute) => [attribute.type, attribute]));
  }

  /**
   * Of a template that an application sent: its bytes are copied, since they lie in the memory of the request.
   *
   * @throws CryptokiRefusal CKR_TEMPLATE_INCONSISTENT for a type that is there twice, CKR_ATTRIBUTE_VALUE_INVALID for one
   *   without value
   */
  static ofTemplate(template: readonly CkAttribute[]): Attributes {
    const attributes = new Attributes(template.map(copied));
    if (attributes.types.length < template.length) {
      throw new CryptokiRefusal(CKR.TEMPLATE_INCONSISTENT, 'a template names an attribute twice');
    }
    return attributes;
  }

  get types(): readonly number[] {
    return [...this.#byType.keys()];
  }

  get all(): readonly ValuedAttribute[] {
    return [...this.#byType.values()];
  }

  get(type: number): ValuedAttribute | undefined {
    return this.#byType.get(type);
  }

  has(type: number): boolean {
    return this.#byType.has(type);
  }

  /** @throws CryptokiRefusal CKR_ATTRIBUTE_VALUE_INVALID for a value of another kind */
  boolean(type: number): boolean | undefined {
    const attribute = this.#byType.get(type);
    if (attribute === undefined) return undefined;
    if (attribute.kind !== 'byte') throw wrongKind(type);
    return attribute.value !== 0;
  }

  /** A CK_ULONG, also of a type that travels as the bytes of the application's memory (CKA_PARAMETER_SET). */
  ulong(type: number): CkUlong | undefined {
    const attribute = this.#byType.get(type);
    if (attribute === undefined) return undefined;
    if (attribute.kind === 'ulong') return attribute.value;
    if (attribute.kind !== 'bytes' || attribute.value?.length !== ulongBytes) throw wrongKind(type);
    return Number(attribute.value.readBigUInt64LE());
  }

  bytes(type: number): Buffer | undefined {
    const attribute = this.#byType.get(type);
    if (attribute === undefined) return undefined;
    if (attribute.kind !== 'bytes' && attribute.kind !== 'date') throw wrongKind(type);
    return attribute.value ?? Buffer.alloc(0);
  }

  /** These, with those of the others in the place of their own. */
  with(others: Attributes): Attributes {
    return new Attributes([...this.all, ...others.all]);
  }
}

/** Values by type, in the kind that each travels in. */
export function attributeOf(
  type: number,
  value: boolean | number | bigint | string | Buffer | readonly CkUlong[],
): ValuedAttribute {
  return valued(attributeOfValue(type, value));
}

/** CK_ULONG of the 64 bit little-endian systems that the stock client is built for. */
const ulongBytes = 8;

/** A CK_ULONG of a type that is newer than the protocol: it travels as it lies in the application's memory. */
export function nativeUlong(type: number, value: number): ValuedAttribute {
  const bytes = Buffer.alloc(ulongBytes);
  bytes.writeBigUInt64LE(BigInt(value));
  return attributeOf(type, bytes);
}

/** A boolean of such a type. */
export function nativeBoolean(type: number, value: boolean): ValuedAttribute {
  return attributeOf(type, Buffer.of(value ? 1 : 0));
}

function attributeOfValue(type: number, value: Parameters<typeof attributeOf>[1]): CkAttribute {
  if (typeof value === 'boolean') return booleanAttribute(type, value);
  if (typeof value === 'number' || typeof value === 'bigint') return ulongAttribute(type, value);
  if (typeof value === 'string') return dateAttribute(type, value);
  return Buffer.isBuffer(value) ? bytesAttribute(type, value) : mechanismsAttribute(type, value);
}

function copied(attribute: CkAttribute): ValuedAttribute {
  const given = valued(attribute);
  if (given.kind === 'template') return { ...given, value: given.value.map(copied) };
  if (given.kind !== 'bytes' && given.kind !== 'date') return given;
  return { ...given, value: given.value === null ? Buffer.alloc(0) : Buffer.from(given.value) };
}

function valued(attribute: CkAttribute): ValuedAttribute {
  if (attribute.kind !== 'unavailable') return attribute;
  throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, `no value for attribute 0x${attribute.type.toString(16)}`);
}

function wrongKind(type: number): CryptokiRefusal {
  return new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, `attribute 0x${type.toString(16)} is of another kind`);
}
