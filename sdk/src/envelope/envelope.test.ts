import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FerroHsmError } from '../errors.ts';
import { Envelope } from './envelope.ts';
import { LocalKeys } from './test-keys.ts';

const keys = await LocalKeys.make();
const envelope = new Envelope(keys);
const chunkBytes = 1024;
const sealedChunkBytes = chunkBytes + 16;
/** 86 bytes and a data key wrapped in 60. */
const headerBytes = 146;

const seal = (plaintext: Uint8Array<ArrayBuffer>) => envelope.encryptBytes(keys.keyId, plaintext, { chunkBytes });
const bytes = (length: number) => new Uint8Array(randomBytes(length));

/** Lengths at and around the ends of chunks. */
const lengths = fc.oneof(
  fc.nat({ max: 5 * chunkBytes }),
  fc.tuple(fc.nat({ max: 4 }), fc.integer({ min: -2, max: 2 })).map(([n, by]) => Math.max(0, n * chunkBytes + by)),
);

async function read(stream: ReadableStream<Uint8Array>, into: Uint8Array[] = []): Promise<Buffer> {
  for await (const piece of stream as unknown as AsyncIterable<Uint8Array>) into.push(piece);
  return Buffer.concat(into);
}

/** The bytes in pieces of these lengths, repeated. */
function inPieces(all: Uint8Array<ArrayBuffer>, sizes: readonly number[]): ReadableStream<BufferSource> {
  let [at, turn] = [0, 0];
  return new ReadableStream({
    pull(controller) {
      if (at >= all.length) return controller.close();
      const size = sizes[turn++ % sizes.length] ?? 1;
      controller.enqueue(all.slice(at, at + size));
      at += size;
    },
  });
}

async function refused(changed: Uint8Array<ArrayBuffer>, note = ''): Promise<void> {
  const codes = ['data_invalid', 'operation_failed', 'not_found'];
  await assert.rejects(
    envelope.decryptBytes(changed),
    (error) => error instanceof FerroHsmError && codes.includes(error.code),
    note,
  );
}

describe('an envelope', () => {
  test('gives back what it was made of, in pieces of any length', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 3 * chunkBytes }), { minLength: 1, maxLength: 4 });
    const property = fc.asyncProperty(lengths, sizes, sizes, async (length, written, sent) => {
      const plaintext = bytes(length);
      const sealed = await read(inPieces(plaintext, written).pipeThrough(envelope.encrypt(keys.keyId, { chunkBytes })));
      const chunks = Math.max(1, Math.ceil(length / chunkBytes));
      expect(sealed.length).toBe(headerBytes + length + 16 * chunks);
      const opened = await read(inPieces(new Uint8Array(sealed), sent).pipeThrough(envelope.decrypt()));
      expect(opened.equals(plaintext)).toBe(true);
      expect(Buffer.from(await envelope.decryptBytes(new Uint8Array(sealed))).equals(plaintext)).toBe(true);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  test('takes one piece that is longer than everything it may hold, and views into larger memory', async () => {
    const plaintext = bytes(3_000_000);
    const sealed = await envelope.encryptBytes(keys.keyId, plaintext.buffer);
    const within = new DataView(new Uint8Array(Buffer.concat([bytes(7), sealed, bytes(7)])).buffer, 7, sealed.length);
    expect(Buffer.from(await envelope.decryptBytes(within)).equals(plaintext)).toBe(true);
  });

  test('frees what it was given only when told to', async () => {
    const through = async (pieces: Uint8Array<ArrayBuffer>[], transfer: boolean) => {
      const source = new ReadableStream<BufferSource>({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece);
          controller.close();
        },
      });
      const encrypting = envelope.encrypt(keys.keyId, { chunkBytes, transfer });
      return await read(source.pipeThrough(encrypting).pipeThrough(envelope.decrypt({ transfer })));
    };
    const pieces = [bytes(5), bytes(3 * chunkBytes), bytes(100).subarray(10)];
    const expected = Buffer.concat(pieces);
    expect((await through(pieces, false)).equals(expected)).toBe(true);
    expect((await through(pieces, true)).equals(expected)).toBe(true);
    expect(pieces.map(({ length }) => length)).toEqual([0, 0, 90]);
  });

  test('leaves no data key behind', async () => {
    await envelope.decryptBytes(await seal(bytes(10)));
    expect(keys.given.length).toBeGreaterThan(1);
    for (const dataKey of keys.given) expect(dataKey).toEqual(new Uint8Array(32));
  });

  test('is another one each time', async () => {
    const [one, other] = [await seal(bytes(10)), await seal(bytes(10))];
    expect(one.subarray(36, 52)).not.toEqual(other.subarray(36, 52));
    expect(one.subarray(headerBytes)).not.toEqual(other.subarray(headerBytes));
  });
});

describe('refused is', () => {
  test('a change of any byte of the header and of every place in the chunks', async () => {
    const sealed = await seal(bytes(2 * chunkBytes + 5));
    const places = [
      ...Array(headerBytes).keys(),
      ...[0, 1023, 1024, 1039, 1040, 2079, 2080].map((at) => headerBytes + at),
    ];
    for (const at of [...places, sealed.length - 1]) {
      for (const bit of [1, 0x80]) {
        const changed = Uint8Array.from(sealed);
        changed[at] = (changed[at] as number) ^ bit;
        await refused(changed, `byte ${at}`);
      }
    }
  });

  test('a change of any bit anywhere', async () => {
    const sealed = await seal(bytes(1500));
    const property = fc.asyncProperty(fc.nat({ max: sealed.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
      const changed = Uint8Array.from(sealed);
      changed[at] = (changed[at] as number) ^ (1 << bit);
      await refused(changed);
    });
    await fc.assert(property, { numRuns: 200 });
  });

  test('an end at any place', async () => {
    const sealed = await seal(bytes(2 * chunkBytes));
    const ends = [1, 16, 17].map((by) => sealed.length - by);
    const chunkEnds = [0, 1, 16, sealedChunkBytes].map((at) => headerBytes + at);
    for (const end of [0, 5, 51, 54, headerBytes - 1, ...chunkEnds, ...ends]) {
      await refused(sealed.slice(0, end), `end at ${end}`);
    }
  });

  test('chunks in another order, left out, repeated, added, or of another envelope', async () => {
    const sealed = Buffer.from(await seal(bytes(3 * chunkBytes)));
    const other = Buffer.from(await seal(bytes(3 * chunkBytes)));
    const header = sealed.subarray(0, headerBytes);
    const chunksOf = (of: Buffer) =>
      [0, 1, 2].map((n) => of.subarray(headerBytes + n * sealedChunkBytes, headerBytes + (n + 1) * sealedChunkBytes));
    const [a, b, c] = chunksOf(sealed) as [Buffer, Buffer, Buffer];
    const [x, , z] = chunksOf(other) as [Buffer, Buffer, Buffer];
    const joined = (...chunks: Buffer[]) => new Uint8Array(Buffer.concat([header, ...chunks]));
    expect((await envelope.decryptBytes(joined(a, b, c))).length).toBe(3 * chunkBytes);
    const wrongs = {
      bac: [b, a, c],
      acb: [a, c, b],
      ac: [a, c],
      c: [c],
      ab: [a, b],
      aabc: [a, a, b, c],
      abcc: [a, b, c, c],
    };
    for (const [order, chunks] of Object.entries(wrongs)) await refused(joined(...chunks), order);
    await refused(joined(x, b, c), 'first chunk of another');
    await refused(joined(a, b, z), 'last chunk of another');
    await refused(joined(a, b, c, Buffer.alloc(16)), 'added zeros');
    await refused(joined(a, b, c, Buffer.from([0])), 'added byte');
  });

  test('the wrapped data key or the commitment of another envelope of the same key', async () => {
    const [sealed, other] = [await seal(bytes(100)), await seal(bytes(100))];
    for (const [from, to] of [
      [54, 114],
      [114, 146],
      [54, 146],
      [36, 52],
    ] as const) {
      const changed = Uint8Array.from(sealed);
      changed.set(other.subarray(from, to), from);
      await refused(changed, `${from} to ${to}`);
    }
  });

  test('another key', async () => {
    const strangers = new Envelope(await LocalKeys.make());
    await assert.rejects(strangers.decryptBytes(await seal(bytes(1))), { code: 'not_found' });
    await assert.rejects(envelope.decryptBytes(await seal(bytes(1)), { name: 'other' }), { code: 'not_found' });
  });

  test.each([0, 1023, 1048577, 1024.5, Number.NaN, -1])('a chunk size of %d', async (size) => {
    expect(() => envelope.encrypt(keys.keyId, { chunkBytes: size })).toThrow(RangeError);
    await assert.rejects(envelope.encryptBytes(keys.keyId, bytes(1), { chunkBytes: size }), RangeError);
  });

  test('what is no bytes', async () => {
    const text = new ReadableStream({ start: (controller) => controller.enqueue('text') });
    await assert.rejects(read(text.pipeThrough(envelope.encrypt(keys.keyId))), TypeError);
  });
});

describe('a stream', () => {
  const fiveChunks = async () => Buffer.from(await seal(bytes(5 * chunkBytes)));

  test('gives what is authentic, then the error that tells that it is not whole', async () => {
    const sealed = (await fiveChunks()).subarray(0, -sealedChunkBytes);
    const pieces: Uint8Array[] = [];
    await assert.rejects(read(inPieces(new Uint8Array(sealed), [700]).pipeThrough(envelope.decrypt()), pieces), {
      code: 'operation_failed',
      message: /chunk 3 .* changed or cut off/,
    });
    expect(Buffer.concat(pieces).length).toBe(3 * chunkBytes);
  });

  test('passes on what its source fails with, and seals no end to it', async () => {
    const broken = new ReadableStream<BufferSource>({
      pull: (controller) => controller.error(new Error('the disk is gone')),
    });
    await assert.rejects(read(broken.pipeThrough(envelope.encrypt(keys.keyId))), /the disk is gone/);
  });

  test('tells its source when the reader leaves, and when the envelope is bad', async () => {
    const reasons: unknown[] = [];
    const endless = () =>
      new ReadableStream<BufferSource>({
        pull: (controller) => controller.enqueue(bytes(chunkBytes)),
        cancel: (reason) => void reasons.push(reason),
      });
    const reader = endless().pipeThrough(envelope.encrypt(keys.keyId)).getReader();
    await reader.read();
    await reader.cancel('enough');
    await assert.rejects(read(endless().pipeThrough(envelope.decrypt())), { code: 'data_invalid' });
    await expect.poll(() => reasons.length).toBe(2);
    expect(reasons[0]).toBe('enough');
    expect(reasons[1]).toMatchObject({ code: 'data_invalid' });
  });

  test('reads no further than its reader asks', async () => {
    let given = 0;
    const source = new ReadableStream<BufferSource>({
      pull: (controller) => {
        given += 1;
        controller.enqueue(bytes(chunkBytes));
      },
    });
    const reader = source.pipeThrough(envelope.encrypt(keys.keyId, { chunkBytes })).getReader();
    for (let pieces = 0; pieces < 3; pieces += 1) await reader.read();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(given).toBeLessThan(10);
    await reader.cancel();
  });

  test('wraps anew without another look at the chunks', async () => {
    const plaintext = bytes(3 * chunkBytes);
    const sealed = await seal(plaintext);
    const anew = await read(inPieces(sealed, [999]).pipeThrough(envelope.rewrap()));
    expect(anew.subarray(54, 114)).not.toEqual(Buffer.from(sealed.subarray(54, 114)));
    expect(anew.subarray(114)).toEqual(Buffer.from(sealed.subarray(114)));
    expect(Buffer.from(await envelope.decryptBytes(new Uint8Array(anew)))).toEqual(Buffer.from(plaintext));
    await assert.rejects(read(inPieces(bytes(500), [500]).pipeThrough(envelope.rewrap())), { code: 'data_invalid' });
  });
});
