import fc from 'fast-check';
import type { ByteArray } from './arrays.ts';
import type { CkAttribute } from './attribute.ts';
import type { AttributeBuffer } from './attribute-buffers.ts';
import { attributeKind } from './attribute-kinds.ts';
import type { Fields } from './calls/call-shape.ts';
import { type CallName, callOf, calls } from './calls/calls.ts';
import { CKA } from './constants/attribute-types.ts';
import type { Request, Response } from './messages.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { mechanismOf } from './test-mechanisms.ts';
import { bytes, bytesOrNull, ulong } from './test-primitives.ts';
import type { Kind, KindValues } from './value-kinds.ts';

export const versions = [0, 1, 2] as const;

/** The calls that a version knows. */
export function callsOf(version: ProtocolVersion): readonly CallName[] {
  return (Object.keys(calls) as CallName[]).filter((name) => callOf(calls[name].id, version) === name);
}

export function requestOf(call: CallName, version: ProtocolVersion): fc.Arbitrary<Request> {
  return valuesOf(calls[call].request, version).map((values) => ({ call, arguments: values }) as Request);
}

export function responseOf(call: CallName, version: ProtocolVersion): fc.Arbitrary<Response> {
  return valuesOf(calls[call].response, version).map((values) => ({ call, results: values }) as Response);
}

function valuesOf(fields: Fields, version: ProtocolVersion): fc.Arbitrary<object> {
  const arbitraries = Object.entries(fields).map(([name, kind]) => [name, valueOfKind(kind, version)] as const);
  return fc.record(Object.fromEntries(arbitraries), { noNullPrototype: true });
}

function valueOfKind(kind: Kind, version: ProtocolVersion): fc.Arbitrary<KindValues[Kind]> {
  switch (kind) {
    case 'y':
      return fc.nat(255);
    case 'u':
      return ulong;
    case 'v':
      return fc.record({ major: fc.nat(255), minor: fc.nat(255) }, { noNullPrototype: true });
    case 's16':
      return bytes(16, 16);
    case 's32':
      return bytes(32, 32);
    case 's64':
      return bytes(64, 64);
    case 'z':
      return bytesOrNull;
    case 'ay':
      return array;
    case 'fy':
      return fc.option(fc.nat(0xffff_fffe));
    case 'au':
      return fc.oneof(fc.array(ulong, { maxLength: 20 }), lengthOnly);
    case 'fu':
      return fc.option(fc.integer({ min: 1, max: 0xffff_ffff }));
    case 'aA':
      return attributes(version);
    case 'fA':
      return buffers(version);
    case 'M':
      return mechanismOf(version);
    case 'P':
      return bytes(0, 20);
  }
}

const lengthOnly = fc.nat(0xffff_ffff).map((length) => ({ lengthOnly: length }));
const array: fc.Arbitrary<ByteArray> = fc.oneof(bytesOrNull, lengthOnly);

/** Templates in templates: enough to nest, few enough to be quick. */
const deepest = 2;

/** Types of each kind, and types that no table names. */
const attributeTypes = fc.oneof(fc.constantFrom(...Object.values(CKA)), fc.nat(0xffff_ffff));
const templateTypes = fc.constantFrom(CKA.WRAP_TEMPLATE, CKA.UNWRAP_TEMPLATE);

function attributes(version: ProtocolVersion, depth = 0): fc.Arbitrary<readonly CkAttribute[]> {
  const plain = attributeTypes.chain((type) => attributeOf(type, version, depth));
  const nested = templateTypes.chain((type) => attributeOf(type, version, depth));
  return fc.array(fc.oneof({ weight: 8, arbitrary: plain }, { weight: 1, arbitrary: nested }), { maxLength: 5 });
}

function attributeOf(type: number, version: ProtocolVersion, depth: number): fc.Arbitrary<CkAttribute> {
  const unavailable = fc.constant<CkAttribute>({ type, kind: 'unavailable' });
  return fc.oneof({ weight: 1, arbitrary: unavailable }, { weight: 8, arbitrary: valued(type, version, depth) });
}

function valued(type: number, version: ProtocolVersion, depth: number): fc.Arbitrary<CkAttribute> {
  const kind = attributeKind(type, version);
  switch (kind) {
    case 'byte':
      return fc.nat(255).map((value) => ({ type, kind, length: 1, value }));
    case 'ulong':
      return fc.tuple(fc.constantFrom(0, 4, 8), ulong).map(([length, value]) => ({ type, kind, length, value }));
    case 'date':
      return fc.constantFrom(null, Buffer.alloc(0), Buffer.from('20301231')).map((value) => ({
        type,
        kind,
        length: value?.length ?? 8,
        value,
      }));
    case 'bytes':
      return fc
        .tuple(bytesOrNull, fc.nat(0xffff))
        .map(([value, asked]) => ({ type, kind, length: value?.length ?? asked, value }));
    case 'mechanisms':
      return fc.array(ulong, { maxLength: 5 }).map((value) => ({ type, kind, length: value.length * 8, value }));
    case 'template':
      return nestedAttributes(version, depth).map((value) => ({ type, kind, length: value.length * 24, value }));
  }
}

function nestedAttributes(version: ProtocolVersion, depth: number): fc.Arbitrary<readonly CkAttribute[]> {
  return depth < deepest ? attributes(version, depth + 1) : fc.constant([]);
}

/** As the clients of a version ask: see `attribute-buffers.ts`. */
function buffers(version: ProtocolVersion, depth = 0): fc.Arbitrary<readonly AttributeBuffer[]> {
  const buffer = fc.tuple(attributeTypes, fc.nat(0xffff)).chain(([type, room]) => bufferOf(type, room, version, depth));
  return fc.array(buffer, { maxLength: 6 });
}

function bufferOf(type: number, room: number, version: ProtocolVersion, depth: number): fc.Arbitrary<AttributeBuffer> {
  const isTemplate = attributeKind(type, version) === 'template' && version > 0;
  if (!isTemplate || (version === 2 && room === 0)) return fc.constant({ type, room });
  const template = depth < deepest ? buffers(version, depth + 1) : fc.constant([]);
  return template.map((asked) => ({ type, room, template: asked }));
}
