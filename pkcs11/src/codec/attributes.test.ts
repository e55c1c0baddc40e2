import { describe, expect, it } from 'vitest';
import {
  booleanAttribute,
  bytesAttribute,
  type CkAttribute,
  dateAttribute,
  mechanismsAttribute,
  templateAttribute,
  ulongAttribute,
  unavailableAttribute,
} from './attribute.ts';
import { readAttributes, writeAttributes } from './attribute-array.ts';
import { readAttributeBuffers } from './attribute-buffers.ts';
import { BodyReader } from './body-reader.ts';
import { BodyWriter } from './body-writer.ts';
import { CKA } from './constants/attribute-types.ts';
import { CKM } from './constants/mechanism-types.ts';
import { CKO } from './constants/objects.ts';
import { maximumAttributes, maximumNesting } from './limits.ts';
import type { ProtocolVersion } from './protocol-version.ts';

function hex(digits: string): Buffer {
  return Buffer.from(digits.replaceAll(' ', ''), 'hex');
}

function read(digits: string | Buffer, version: ProtocolVersion = 2): readonly CkAttribute[] {
  return readAttributes(new BodyReader(typeof digits === 'string' ? hex(digits) : digits, version));
}

function written(attributes: readonly CkAttribute[], version: ProtocolVersion = 2): Buffer {
  const writer = new BodyWriter(version);
  writeAttributes(writer, attributes);
  return writer.body();
}

function nested(depth: number): CkAttribute {
  return templateAttribute(CKA.WRAP_TEMPLATE, depth === 0 ? [] : [nested(depth - 1)]);
}

describe('an attribute travels by its type', () => {
  it.each([
    ['a boolean', booleanAttribute(CKA.TOKEN, true), '00000001 01 00000001 01'],
    ['a number', ulongAttribute(CKA.CLASS, CKO.PRIVATE_KEY), '00000000 01 00000008 0000000000000003'],
    ['a date', dateAttribute(CKA.END_DATE, '20301231'), '00000111 01 00000008 00000008 3230333031323331'],
    ['no date', dateAttribute(CKA.END_DATE, ''), '00000111 01 00000000 00000000'],
    ['bytes', bytesAttribute(CKA.ID, hex('beef')), '00000102 01 00000002 00000002 beef'],
    ['a length', { type: CKA.ID, kind: 'bytes', length: 20, value: null }, '00000102 01 00000014 ffffffff'],
    ['nothing', unavailableAttribute(CKA.VALUE), '00000011 00'],
    [
      'mechanisms',
      mechanismsAttribute(CKA.ALLOWED_MECHANISMS, [CKM.ECDSA]),
      '40000600 01 00000008 00000001 0000000000001041',
    ],
    [
      'a template',
      templateAttribute(CKA.WRAP_TEMPLATE, [booleanAttribute(CKA.SIGN, false)]),
      '40000211 01 00000018 00000001 00000108 01 00000001 00',
    ],
    // What p11-kit does not know goes as the client's memory has it.
    [
      'CKA_PARAMETER_SET',
      bytesAttribute(CKA.PARAMETER_SET, hex('0200000000000000')),
      '0000061d 01 00000008 00000008 0200000000000000',
    ],
  ] as const)('%s', (_, attribute, digits) => {
    expect(written([attribute])).toEqual(hex(`00000001 ${digits}`));
    expect(read(`00000001 ${digits}`)).toEqual([attribute]);
  });

  it('CKA_DERIVE_TEMPLATE as a template from version 1 on', () => {
    const attribute = templateAttribute(CKA.DERIVE_TEMPLATE, []);
    expect(read(written([attribute], 1), 1)).toEqual([attribute]);
    expect(read(written([attribute], 1), 0)).toMatchObject([{ kind: 'bytes' }]);
  });

  it('and not as something else', () => {
    expect(() => written([bytesAttribute(CKA.CLASS, Buffer.alloc(8))])).toThrow('does not travel as bytes');
  });
});

describe('a template is refused', () => {
  it.each([
    ['with the length of no CK_ULONG', '00000001 00000000 01 00000003 0000000000000003', 'CKR_ATTRIBUTE_VALUE_INVALID'],
    ['with the length of no CK_BBOOL', '00000001 00000001 01 00000002 01', 'CKR_ATTRIBUTE_VALUE_INVALID'],
    ['whose value is not as long as it says', '00000001 00000102 01 00000003 00000002 beef', 'CKR_DEVICE_ERROR'],
    ['with fewer attributes than it says', '00000002 00000011 00', 'CKR_DEVICE_ERROR'],
    ['with as many attributes as can be said', 'ffffffff 00000011 00', 'CKR_DEVICE_ERROR'],
    ['with as many mechanisms as can be said', '00000001 40000600 01 00000000 ffffffff', 'CKR_DEVICE_ERROR'],
    ['with a value of 4 GiB', '00000001 00000102 01 fffffffe fffffffe', 'CKR_DEVICE_ERROR'],
  ])('%s', (_, digits, message) => {
    expect(() => read(digits)).toThrow(message);
  });

  it('with more attributes than a message may have, nested ones included', () => {
    const half = Array.from({ length: maximumAttributes / 2 }, () => unavailableAttribute(CKA.VALUE));
    const most = [...half.slice(1), templateAttribute(CKA.WRAP_TEMPLATE, half)];
    expect(read(written(most))).toEqual(most);
    expect(() => read(written([...half, templateAttribute(CKA.WRAP_TEMPLATE, half)]))).toThrow('CKR_DEVICE_MEMORY');
  });

  it('that is nested too deep', () => {
    expect(read(written([nested(maximumNesting - 1)]))).toEqual([nested(maximumNesting - 1)]);
    expect(() => read(written([nested(maximumNesting)]))).toThrow('CKR_TEMPLATE_INCONSISTENT');
  });
});

describe('the question for a template', () => {
  const wrapTemplate = '40000211';
  const asked = (digits: string, version: ProtocolVersion) =>
    readAttributeBuffers(new BodyReader(hex(digits), version));
  const token = { type: CKA.TOKEN, room: 1 };

  it.each([
    ['no template to 0.25.3', 0, `00000002 ${wrapTemplate} 00000018 00000001 00000001`, undefined, 24],
    ['no template to 0.25.3, in version 1', 1, `00000002 ${wrapTemplate} 00000018 00000001 00000001`, undefined, 24],
    ['one without room in 0.25.4', 1, `00000002 ${wrapTemplate} 00000000 00000000 00000001 00000001`, [], 0],
    [
      'one with room in 0.25.4',
      1,
      `00000002 ${wrapTemplate} 00000018 00000001 00000001 00000001 00000001 00000001`,
      [token],
      24,
    ],
    ['none without room in 0.25.6', 2, `00000002 ${wrapTemplate} 00000000 00000001 00000001`, undefined, 0],
    [
      'one with room in 0.25.6',
      2,
      `00000002 ${wrapTemplate} 00000018 00000001 00000001 00000001 00000001 00000001`,
      [token],
      24,
    ],
  ] as const)('holds %s', (_, version, digits, template, room) => {
    const question = { type: CKA.WRAP_TEMPLATE, room, ...(template === undefined ? {} : { template }) };
    expect(asked(digits, version)).toEqual([question, token]);
  });
});
