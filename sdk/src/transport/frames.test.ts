import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameError, FrameReader, inboundLimits } from './frames.ts';
import type { InboundMessage } from './transport.ts';

const limits = { messageBytes: 64, attachmentBytes: 32, attachments: 2 };

/** The bytes of a message, written by Node's Buffer. */
function frame(value: object, attachments: readonly Uint8Array[]): Buffer {
  const lengths = attachments.map((attachment) => attachment.length);
  const member = lengths.length === 0 ? {} : { attachments: lengths };
  return Buffer.concat([Buffer.from(`${JSON.stringify({ ...value, ...member })}\n`), ...attachments]);
}

function read(chunks: readonly Uint8Array[], reader = new FrameReader()): InboundMessage[] {
  const messages: InboundMessage[] = [];
  for (const chunk of chunks) reader.push(Uint8Array.from(chunk), (message) => messages.push(message));
  return messages;
}

test('any chunking of a stream gives the same messages', () => {
  const body = fc.uint8Array({ maxLength: 300 });
  const message = fc.record({
    text: fc.string({ unit: 'binary', maxLength: 40 }),
    bodies: fc.array(body, { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(200)), (messages, cuts) => {
      const stream = Buffer.concat(messages.map(({ text, bodies }) => frame({ text }, bodies)));
      const received = read(split(stream, cuts));
      expect(received.map(({ value }) => (value as { text: string }).text)).toEqual(messages.map(({ text }) => text));
      expect(received.map(({ attachments }) => attachments.map((bytes) => Buffer.from(bytes).toString('hex')))).toEqual(
        messages.map(({ bodies }) => bodies.map((bytes) => Buffer.from(bytes).toString('hex'))),
      );
    }),
  );
});

function split(stream: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  let offset = 0;
  for (const size of sizes) {
    chunks.push(stream.subarray(offset, offset + size));
    offset += size;
  }
  return [...chunks, stream.subarray(offset)];
}

test('attachment bytes are wiped in the chunk and kept in the message', () => {
  const chunk = Uint8Array.from(frame({ id: 1 }, [Uint8Array.of(7, 8, 9)]));
  const messages: InboundMessage[] = [];
  new FrameReader().push(chunk, (message) => messages.push(message));
  expect(messages[0]?.attachments[0]).toEqual(Uint8Array.of(7, 8, 9));
  expect(chunk.slice(-3)).toEqual(new Uint8Array(3));
});

test('messages before a broken one are delivered', () => {
  const messages: InboundMessage[] = [];
  const stream = Buffer.concat([frame({ id: 1 }, []), Buffer.from('nonsense\n')]);
  expect(() => new FrameReader().push(stream, (message) => messages.push(message))).toThrow(FrameError);
  expect(messages.map(({ value }) => value)).toEqual([{ id: 1 }]);
});

test.each([
  ['a line beyond the limit', Buffer.from(`"${'x'.repeat(63)}"\n`)],
  ['a line beyond the limit that has not ended', Buffer.alloc(65, 'x')],
  ['an array', Buffer.from('[]\n')],
  ['null', Buffer.from('null\n')],
  ['an empty line', Buffer.from('\n')],
  ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d, 0x0a])],
  ['a byte order mark', Buffer.from('\ufeff{}\n')],
  ['a negative length', Buffer.from('{"attachments":[-1]}\n')],
  ['a fraction of a byte', Buffer.from('{"attachments":[1.5]}\n')],
  ['lengths that are no list', Buffer.from('{"attachments":{"0":1}}\n')],
  ['too many attachments', Buffer.from('{"attachments":[1,1,1]}\n')],
  ['attachments beyond the limit', Buffer.from('{"attachments":[16,17]}\n')],
])('%s is refused', (_, stream) => {
  expect(() => read([stream], new FrameReader(limits))).toThrow(FrameError);
});

test('a message at every limit is taken', () => {
  const bodies = [new Uint8Array(16), new Uint8Array(16)];
  const padding = 'x'.repeat(64 - '{"text":"","attachments":[16,16]}'.length);
  expect(read([frame({ text: padding }, bodies)], new FrameReader(limits))).toHaveLength(1);
});

test('what the sidecar may send by default fits', () => {
  expect(inboundLimits.attachmentBytes).toBeGreaterThan(64 << 20);
});
