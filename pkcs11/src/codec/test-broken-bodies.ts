import fc from 'fast-check';
import { requestLayouts, responseLayouts } from './calls/layout.ts';
import { encodeRequest, encodeResponse } from './messages.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { callsOf, requestOf, responseOf } from './test-arbitraries.ts';
import { bytes } from './test-primitives.ts';

/** Which half of a call. */
type Half = 'request' | 'response';

/** Bodies that a broken or hostile peer may send in a version, whole ones among them. */
export function bodyOf(half: Half, version: ProtocolVersion): fc.Arbitrary<Buffer> {
  const whole = wholeBody(half, version);
  return fc.oneof(
    { weight: 1, arbitrary: bytes(0, 200) },
    { weight: 2, arbitrary: anyValues(half, version) },
    { weight: 1, arbitrary: whole },
    { weight: 2, arbitrary: truncated(whole) },
    { weight: 5, arbitrary: damaged(whole) },
    { weight: 2, arbitrary: spliced(whole) },
    { weight: 1, arbitrary: deep(version) },
  );
}

function wholeBody(half: Half, version: ProtocolVersion): fc.Arbitrary<Buffer> {
  return fc
    .constantFrom(...callsOf(version))
    .chain(
      (call): fc.Arbitrary<Buffer> =>
        half === 'request'
          ? requestOf(call, version).map((request) => encodeRequest(request, version))
          : responseOf(call, version).map((response) => encodeResponse(response, version)),
    );
}

/** The number and signature of a call, and anything behind. */
function anyValues(half: Half, version: ProtocolVersion): fc.Arbitrary<Buffer> {
  const layouts = half === 'request' ? requestLayouts : responseLayouts;
  return fc
    .tuple(fc.constantFrom(...callsOf(version)), bytes(0, 200))
    .map(([call, rest]) => Buffer.concat([layouts[call].head, rest]));
}

function truncated(whole: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc.tuple(whole, fc.nat(1000)).map(([body, length]) => body.subarray(0, length % (body.length + 1)));
}

/** With other bytes in some places: any byte, or a number that counts and lengths are worst at. */
function damaged(whole: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const numbers = fc.constantFrom('ffffffff', 'fffffffe', '7fffffff', '80000000', '00000000', '00ffffff', '00001001');
  const piece = fc.oneof(
    numbers.map((digits) => Buffer.from(digits, 'hex')),
    bytes(1, 1),
  );
  return fc
    .tuple(whole, fc.array(fc.tuple(fc.nat(10_000), piece), { minLength: 1, maxLength: 4 }))
    .map(([body, damages]) => {
      const copy = Buffer.from(body);
      for (const [place, bytesThere] of damages) bytesThere.copy(copy, place % copy.length);
      return copy;
    });
}

/** The beginning of one and the end of another. */
function spliced(whole: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  return fc
    .tuple(whole, whole, fc.nat(10_000), fc.nat(10_000))
    .map(([first, second, end, start]) =>
      Buffer.concat([first.subarray(0, end % (first.length + 1)), second.subarray(start % (second.length + 1))]),
    );
}

/** C_CreateObject with templates in templates, as deep as the bytes go. */
function deep(version: ProtocolVersion): fc.Arbitrary<Buffer> {
  const session = Buffer.alloc(8);
  const level = Buffer.from('00000001400002110100000018', 'hex');
  return fc
    .integer({ min: 0, max: 5000 })
    .map((depth) => Buffer.concat([requestLayouts.C_CreateObject.head, session, ...Array(depth).fill(level)]))
    .map((body) => (version === 0 ? body : Buffer.concat([body, Buffer.alloc(4)])));
}
