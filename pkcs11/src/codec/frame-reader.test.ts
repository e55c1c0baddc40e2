import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, type Frame } from './frame.ts';
import { FrameReader } from './frame-reader.ts';
import { type FrameLimits, frameLimits } from './limits.ts';
import { negotiatedVersion } from './protocol-version.ts';
import { bytes } from './test-primitives.ts';

const limits: FrameLimits = { bodyBytes: 10_000, optionBytes: 16 };

/** What a reader told, in order. */
interface Heard {
  readonly versions: number[];
  readonly frames: Frame[];
  readonly refused: { readonly code: number; readonly returnValue: number }[];
}

function read(stream: Buffer, cuts: readonly number[] = []): Heard {
  const heard: Heard = { versions: [], frames: [], refused: [] };
  const reader = new FrameReader(limits, {
    onHandshake: (version) => heard.versions.push(version),
    onFrame: (frame) => heard.frames.push(frame),
    onRefused: (code, { returnValue }) => heard.refused.push({ code, returnValue }),
  });
  const places = [0, ...[...cuts].sort((a, b) => a - b), stream.length];
  for (let index = 1; index < places.length; index += 1) {
    const chunk = Buffer.from(stream.subarray(places[index - 1], places[index]));
    reader.push(chunk);
    // Whoever reads a socket may use the memory of a chunk again.
    chunk.fill(0xee);
  }
  return heard;
}

const frame = fc.record(
  { code: fc.nat(0xffff_ffff), options: bytes(0, 16), body: fc.oneof(bytes(0, 60), bytes(4000, 10_000)) },
  { noNullPrototype: true },
);

describe('frames', () => {
  it('come out of any chunks as they went in', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.nat(100_000), { maxLength: 30 }), (frames, places) => {
        const stream = Buffer.concat([Buffer.of(2), ...frames.map(encodeFrame)]);
        const cuts = places.map((place) => place % stream.length);
        expect(read(stream, cuts)).toEqual({ versions: [2], frames, refused: [] });
      }),
      { numRuns: 200 },
    );
  });

  it('byte by byte', () => {
    const sent = { code: 16, options: Buffer.from('client'), body: Buffer.from('body') };
    const stream = Buffer.concat([Buffer.of(0), encodeFrame(sent), encodeFrame({ ...sent, code: 17 })]);
    const everywhere = [...stream.keys()];
    expect(read(stream, everywhere)).toMatchObject({ versions: [0], frames: [sent, { ...sent, code: 17 }] });
  });

  it('are skipped when they are too large, and what follows is read', () => {
    const small = { code: 18, options: Buffer.alloc(0), body: Buffer.from('body') };
    const large = encodeFrame({ ...small, code: 16, body: Buffer.alloc(limits.bodyBytes + 1) });
    const chatty = encodeFrame({ ...small, code: 17, options: Buffer.alloc(limits.optionBytes + 1) });
    const stream = Buffer.concat([Buffer.of(1), large, chatty, encodeFrame(small)]);
    const refused = [16, 17].map((code) => ({ code, returnValue: 0x31 }));
    expect(read(stream, [5, 500, 10_015])).toEqual({ versions: [1], frames: [small], refused });
  });

  it('that were only announced take no memory', () => {
    const header = Buffer.concat([Buffer.of(1), Buffer.from('0000001000000000', 'hex'), Buffer.alloc(4)]);
    header.writeUInt32BE(frameLimits.bodyBytes, 9);
    const sink = { onHandshake: () => undefined, onFrame: () => undefined, onRefused: () => undefined };
    const readers = Array.from({ length: 500 }, () => new FrameReader(frameLimits, sink));
    const before = process.memoryUsage().arrayBuffers;
    for (const reader of readers) reader.push(header);
    // 500 bodies of 16 MiB would be 8 GB.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 << 20);
    for (const reader of readers) reader.stop();
  });
});

describe('the handshake', () => {
  it.each([
    [0, 0],
    [1, 1],
    [2, 2],
    [3, 2],
    [255, 2],
  ])('answers the offer of %i with %i', (offered, answered) => {
    expect(negotiatedVersion(offered)).toBe(answered);
  });
});
