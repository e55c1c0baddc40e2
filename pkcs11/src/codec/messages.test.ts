import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CKM } from './constants/mechanism-types.ts';
import { CKR } from './constants/return-values.ts';
import { decodeRequest, decodeResponse, encodeRefusal, encodeRequest, encodeResponse } from './messages.ts';
import { paddedText } from './padded-text.ts';
import { callsOf, requestOf, responseOf, versions } from './test-arbitraries.ts';

const runs = { numRuns: 25 };

/** A body, written as its pieces in hexadecimal digits and text. */
function body(...pieces: readonly (string | { readonly text: string })[]): Buffer {
  return Buffer.concat(
    pieces.map((piece) =>
      typeof piece === 'string' ? Buffer.from(piece.replaceAll(' ', ''), 'hex') : Buffer.from(piece.text, 'latin1'),
    ),
  );
}

describe.each(versions)('version %i of the protocol', (version) => {
  it.each(callsOf(version))('%s comes out as it went in', (call) => {
    fc.assert(
      fc.property(requestOf(call, version), responseOf(call, version), (request, response) => {
        expect(decodeRequest(encodeRequest(request, version), version)).toEqual(request);
        expect(decodeResponse(encodeResponse(response, version), version)).toEqual(response);
      }),
      runs,
    );
  });
});

describe('the wire form', () => {
  const signInit = { call: 'C_SignInit', arguments: { session: 1, mechanism: null, key: 2 } } as const;
  const withMechanism = (mechanism: number) =>
    ({ ...signInit, arguments: { ...signInit.arguments, mechanism: { mechanism, parameter: undefined } } }) as const;

  it('is the number of the call, its signature, its arguments', () => {
    const encoded = body('0000002a 00000003', { text: 'uMu' }, '0000000000000001 ffffffff 0000000000000002');
    expect(encodeRequest(signInit, 2)).toEqual(encoded);
    expect(decodeRequest(encoded, 2)).toEqual(signInit);
  });

  it('of a mechanism without parameter depends on the version', () => {
    const old = body('0000002a 00000003', { text: 'uMu' }, '0000000000000001 00001041 ffffffff 0000000000000002');
    const recent = body('0000002a 00000003', { text: 'uMu' }, '0000000000000001 00001041 0000000000000002');
    expect(encodeRequest(withMechanism(CKM.ECDSA), 1)).toEqual(old);
    expect(encodeRequest(withMechanism(CKM.ECDSA), 2)).toEqual(recent);
  });

  it('of a refusal is call 0 with a return value', () => {
    const encoded = body('00000000 00000001', { text: 'u' }, '00000000000000a0');
    expect(encodeRefusal(CKR.PIN_INCORRECT)).toEqual(encoded);
    expect(decodeResponse(encoded, 0)).toEqual({ call: 'ERROR', returnValue: CKR.PIN_INCORRECT });
  });

  it('of a length query has a length and no bytes', () => {
    const encoded = body('0000002b 00000002', { text: 'ay' }, '00 00000040');
    expect(encodeResponse({ call: 'C_Sign', results: { data: { lengthOnly: 64 } } }, 0)).toEqual(encoded);
  });

  it('of text is padded with spaces, and cut between characters', () => {
    expect(paddedText('token', 16).toString()).toBe('token           ');
    expect(paddedText('fünfzehn bytes é!', 17).toString()).toBe('fünfzehn bytes  ');
    const version = { major: 3, minor: 2 };
    const name = paddedText('FerroHSM', 32);
    const info = { manufacturerID: name, flags: 0, libraryDescription: name, libraryVersion: version };
    const encoded = encodeResponse({ call: 'C_GetInfo', results: { cryptokiVersion: version, ...info } }, 0);
    const text = { text: 'FerroHSM                        ' };
    const strings = ['00000020', text, '0000000000000000 00000020', text] as const;
    expect(encoded).toEqual(body('00000003 00000005', { text: 'vsusv' }, '0302', ...strings, '0302'));
    const short = { ...info, manufacturerID: Buffer.from('FerroHSM') };
    expect(() => encodeResponse({ call: 'C_GetInfo', results: { cryptokiVersion: version, ...short } }, 0)).toThrow(
      RangeError,
    );
  });

  it('of a buffer tells no buffer from one without room', () => {
    const random = (room: string) => body('00000040 00000003', { text: 'ufy' }, '0000000000000001', room);
    const request = (room: number | null) => ({ call: 'C_GenerateRandom', arguments: { session: 1, room } }) as const;
    expect(decodeRequest(random('00000000'), 1)).toEqual(request(null));
    expect(decodeRequest(random('ffffffff'), 1)).toEqual(request(0));
    expect(decodeRequest(random('00000020'), 1)).toEqual(request(32));
  });
});

describe('a request is refused', () => {
  const refused = (bytes: Buffer, version: 0 | 1 | 2 = 2) => expect(() => decodeRequest(bytes, version));
  const logout = body('00000013 00000001', { text: 'u' }, '0000000000000001');

  it.each([
    ['without a call', body('0000'), CKR.DEVICE_ERROR],
    ['for call 0', body('00000000 00000001', { text: 'u' }, '0000000000000001'), CKR.FUNCTION_NOT_SUPPORTED],
    ['for a call that is unknown', body('0000005a 00000000'), CKR.FUNCTION_NOT_SUPPORTED],
    ['with another signature', body('00000013 00000002', { text: 'uu' }, '0000000000000001'), CKR.DEVICE_ERROR],
    ['without a signature', body('00000013 ffffffff'), CKR.DEVICE_ERROR],
    ['that ends too soon', logout.subarray(0, -1), CKR.DEVICE_ERROR],
    ['that goes on', Buffer.concat([logout, Buffer.alloc(1)]), CKR.DEVICE_ERROR],
  ])('%s', (_, bytes, returnValue) => {
    refused(bytes).toThrow(expect.objectContaining({ name: 'CryptokiRefusal', returnValue }));
  });

  it('for a call of a later version', () => {
    const cancel = { call: 'C_SessionCancel', arguments: { session: 1, flags: 0 } } as const;
    refused(encodeRequest(cancel, 1), 0).toThrow('CKR_FUNCTION_NOT_SUPPORTED');
    expect(decodeRequest(encodeRequest(cancel, 1), 1)).toEqual(cancel);
  });
});
