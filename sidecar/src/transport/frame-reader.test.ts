import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { InboundFrame } from './connection.ts';
import { FrameReader } from './frame-reader.ts';
import { JsonScanner } from './json-scanner.ts';
import { shortLimits } from './test-peer.ts';

const scanner = new JsonScanner(shortLimits.depth);
const hello = '{"hello":1}\n';

interface Result {
  readonly frames: InboundFrame[];
  broken: number;
  partial: boolean;
  /** Bytes of the chunks that were not wiped. */
  left: number;
}

/** What the reader makes of the bytes when they arrive cut at these places. */
function read(bytes: Buffer, cuts: readonly number[] = []): Result {
  const result: Result = { frames: [], broken: 0, partial: false, left: 0 };
  const reader = new FrameReader(shortLimits, scanner, {
    onFrame: (frame) => result.frames.push(frame),
    onBroken: () => {
      result.broken += 1;
    },
  });
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  for (let index = 1; index < places.length; index += 1) {
    const chunk = Buffer.from(bytes.subarray(places[index - 1], places[index]));
    reader.push(chunk);
    result.left += chunk.filter((byte) => byte !== 0).length;
  }
  result.partial = reader.partial;
  return result;
}

/** The wire form, written down here a second time. */
function wire(value: object, attachments: readonly Buffer[] = []): Buffer {
  const text = attachments.length === 0 ? value : { ...value, attachments: attachments.map((bytes) => bytes.length) };
  return Buffer.concat([Buffer.from(`${JSON.stringify(text)}\n`), ...attachments]);
}

const attachment = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
const message = fc.record({
  value: fc.record({ id: fc.nat(), text: fc.string() }),
  attachments: fc.array(attachment, { maxLength: 2 }),
});
const batch = fc.array(message, { minLength: 1, maxLength: 2 });

function wireOfBatch(messages: readonly { value: object; attachments: readonly Buffer[] }[]): Buffer {
  const values = messages.map(({ value, attachments }) => ({
    ...value,
    attachments: attachments.map(({ length }) => length),
  }));
  return Buffer.concat([
    Buffer.from(`${JSON.stringify(values)}\r\n`),
    ...messages.flatMap(({ attachments }) => attachments),
  ]);
}

describe('frames', () => {
  it('any chunking gives the frames that were sent', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(message, batch), { maxLength: 5 }),
        fc.array(fc.nat(1000), { maxLength: 30 }),
        (sent, places) => {
          const bytes = Buffer.concat([
            Buffer.from(hello),
            ...sent.map((frame) => (Array.isArray(frame) ? wireOfBatch(frame) : wire(frame.value, frame.attachments))),
          ]);
          const expected = sent.map((frame) =>
            Array.isArray(frame) ? { kind: 'batch', messages: frame } : { kind: 'message', message: frame },
          );
          const { frames, broken, partial, left } = read(
            bytes,
            places.map((place) => place % bytes.length),
          );
          const received = JSON.parse(JSON.stringify(frames.slice(1)));
          for (const frame of received)
            for (const each of frame.messages ?? [frame.message]) delete each.attachmentLengths;
          expect(received).toEqual(JSON.parse(JSON.stringify(expected)));
          expect({ broken, partial, left }).toEqual({ broken: 0, partial: false, left: 0 });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('garbage gives the same in any chunking', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom('\n', '{"a":1}\n', '{"attachments":[3]}\n', '{"attachments":[-1]}\n', '[]\n', '{"a":1,"a":2}\n')
        .map(Buffer.from),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), fc.array(fc.nat(1000), { maxLength: 20 }), (pieces, places) => {
        const bytes = Buffer.concat([Buffer.from(hello), ...pieces]);
        expect(
          read(
            bytes,
            places.map((place) => place % bytes.length),
          ),
        ).toEqual(read(bytes));
      }),
      { numRuns: 500 },
    );
  });

  it('attachments have memory of their own', () => {
    const { frames } = read(
      Buffer.concat([Buffer.from(hello), wire({ id: 1 }, [Buffer.from('abc'), Buffer.alloc(0)])]),
    );
    const frame = frames[1];
    if (frame?.kind !== 'message') throw new Error('no message');
    expect(frame.message.value).toEqual({ id: 1 });
    expect(frame.message.attachments.map(String)).toEqual(['abc', '']);
    expect(frame.message.attachments[0]?.buffer.byteLength).toBe(3);
  });
});

describe('what is broken', () => {
  const invalid = (code: string, detail: string) => ({ kind: 'invalid', code, detail });

  it.each([
    ['{"a":1,"a":2}', 'parse_error', 'duplicate member name at byte 10'],
    ['{"__proto__":1}', 'parse_error', 'member __proto__ at byte 12'],
    ['', 'parse_error', 'unexpected end at byte 0'],
    ['GET / HTTP/1.1', 'parse_error', 'unexpected character at byte 0'],
    ['17', 'invalid_request', 'neither an object nor an array'],
    ['[]', 'invalid_request', 'an empty batch'],
  ])('the line %s is refused and the next one read', (line, code, detail) => {
    const { frames, broken } = read(Buffer.from(`${hello}${line}\n{"b":2}\n`));
    expect(frames[1]).toEqual(invalid(code, detail));
    expect(frames[2]).toMatchObject({ kind: 'message', message: { value: { b: 2 } } });
    expect(broken).toBe(0);
  });

  it.each([
    ['{"attachments":[-1]}', 'invalid_request', 'attachments is not a list of lengths'],
    ['{"attachments":[1.5]}', 'invalid_request', 'attachments is not a list of lengths'],
    ['{"attachments":"3"}', 'invalid_request', 'attachments is not a list of lengths'],
    ['{"attachments":[1e300]}', 'invalid_request', 'attachments is not a list of lengths'],
    ['{"attachments":[1,1,1,1,1]}', 'message_too_big', 'more than 4 attachments'],
    ['[{"attachments":[0,0,0]},{"attachments":[0,0]}]', 'message_too_big', 'more than 4 attachments'],
    ['{"attachments":[4096,1]}', 'message_too_big', 'more than 4096 bytes of attachments'],
    ['{"attachments":[9007199254740991]}', 'message_too_big', 'more than 4096 bytes of attachments'],
    ['[1,2,3,4]', 'message_too_big', 'more than 3 requests in a batch'],
    ['[[[[[[[[[]]]]]]]]]', 'message_too_big', 'nested deeper than 8'],
    ['{"a":1,"a":2,"attachments":[10]}', 'parse_error', 'duplicate member name at byte 10'],
    ['{"a":1,"a":2,"\\u0061ttachments":[10]}', 'parse_error', 'duplicate member name at byte 10'],
  ])('after %s nothing more is read', (line, code, detail) => {
    const { frames, broken, left } = read(Buffer.from(`${hello}${line}\n{"smuggled":2}\n`));
    expect(frames.slice(1)).toEqual([invalid(code, detail)]);
    expect(broken).toBe(1);
    expect(left).toBe(0);
  });

  it('a line that is too long is refused before its end, once', () => {
    const { frames, broken } = read(Buffer.from(`${hello}"${'x'.repeat(9000)}`), [2000, 3000, 4000, 5000, 6000]);
    expect(frames.slice(1)).toEqual([invalid('message_too_big', 'more than 4096 bytes of json')]);
    expect(broken).toBe(1);
  });

  it('the first message has no attachments', () => {
    const { frames, broken } = read(Buffer.from('{"attachments":[3]}\nabc'));
    expect(frames).toEqual([invalid('invalid_request', 'attachments in the first message')]);
    expect(broken).toBe(1);
  });

  it('half a message is known to be half', () => {
    for (const half of ['{"a"', '{"attachments":[3]}\n', '{"attachments":[3]}\nab']) {
      expect(read(Buffer.from(hello + half)).partial).toBe(true);
    }
  });
});
