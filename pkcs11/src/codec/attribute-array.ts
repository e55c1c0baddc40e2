import type { CkAttribute, ValuedAttribute } from './attribute.ts';
import { attributeKind } from './attribute-kinds.ts';
import { type BodyReader, malformed } from './body-reader.ts';
import type { BodyWriter } from './body-writer.ts';
import { CKR } from './constants/return-values.ts';
import { maximumNesting } from './limits.ts';
import { CryptokiRefusal } from './refusal.ts';

/** The shortest attribute: a type and that there is no value. */
const leastAttributeBytes = 5;

/** `aA`: a template, or the values of attributes. */
export function readAttributes(reader: BodyReader, depth = 0): readonly CkAttribute[] {
  if (depth > maximumNesting) throw new CryptokiRefusal(CKR.TEMPLATE_INCONSISTENT, 'templates are nested too deep');
  const count = reader.attributeCount(leastAttributeBytes);
  return Array.from({ length: count }, () => readAttribute(reader, depth));
}

export function writeAttributes(writer: BodyWriter, attributes: readonly CkAttribute[]): void {
  writer.uint32(attributes.length);
  for (const attribute of attributes) writeAttribute(writer, attribute);
}

function readAttribute(reader: BodyReader, depth: number): CkAttribute {
  const type = reader.uint32();
  if (!readValidity(reader)) return { type, kind: 'unavailable' };
  return readValue(reader, type, reader.uint32(), depth);
}

function readValidity(reader: BodyReader): boolean {
  const validity = reader.byte();
  if (validity > 1) throw malformed(`${validity} for the validity of an attribute`);
  return validity === 1;
}

function readValue(reader: BodyReader, type: number, length: number, depth: number): ValuedAttribute {
  const kind = attributeKind(type, reader.version);
  switch (kind) {
    case 'byte':
      return { type, kind, length: checkedLength(type, length, [0, 1]), value: reader.byte() };
    case 'ulong':
      // 4: a 32 bit application.
      return { type, kind, length: checkedLength(type, length, [0, 4, 8]), value: reader.ulong() };
    case 'date':
      return { type, kind, length: checkedLength(type, length, [0, 8]), value: readBytes(reader, length) };
    case 'bytes':
      return { type, kind, length, value: readBytes(reader, length) };
    case 'mechanisms':
      return { type, kind, length, value: readMechanismTypes(reader) };
    case 'template':
      return { type, kind, length, value: readAttributes(reader, depth + 1) };
  }
}

function writeAttribute(writer: BodyWriter, attribute: CkAttribute): void {
  writer.uint32(attribute.type);
  writer.byte(attribute.kind === 'unavailable' ? 0 : 1);
  if (attribute.kind === 'unavailable') return;
  if (attribute.kind !== attributeKind(attribute.type, writer.version)) {
    throw new TypeError(`attribute 0x${attribute.type.toString(16)} does not travel as ${attribute.kind}`);
  }
  writer.uint32(attribute.length);
  writeValue(writer, attribute);
}

function writeValue(writer: BodyWriter, { kind, value }: ValuedAttribute): void {
  switch (kind) {
    case 'byte':
      writer.byte(value);
      break;
    case 'ulong':
      writer.ulong(value);
      break;
    case 'date':
    case 'bytes':
      writer.byteArray(value);
      break;
    case 'mechanisms':
      writer.uint32(value.length);
      for (const mechanism of value) writer.ulong(mechanism);
      break;
    case 'template':
      writeAttributes(writer, value);
      break;
  }
}

/** Of a length that the application gave, not the client. */
function checkedLength(type: number, length: number, allowed: readonly number[]): number {
  if (allowed.includes(length)) return length;
  throw new CryptokiRefusal(CKR.ATTRIBUTE_VALUE_INVALID, `${length} bytes for attribute 0x${type.toString(16)}`);
}

function readBytes(reader: BodyReader, length: number): Buffer | null {
  const value = reader.byteArray();
  if (value !== null && value.length !== length) throw malformed(`${value.length} bytes for a value of ${length}`);
  return value;
}

function readMechanismTypes(reader: BodyReader) {
  return Array.from({ length: reader.count(8) }, () => reader.ulong());
}
