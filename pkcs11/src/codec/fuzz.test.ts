import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestLayouts } from './calls/layout.ts';
import { CKR } from './constants/return-values.ts';
import { encodeFrame } from './frame.ts';
import { FrameReader } from './frame-reader.ts';
import { type FrameLimits, maximumAttributes } from './limits.ts';
import { decodeRequest, decodeResponse, encodeRefusal, encodeRequest, encodeResponse } from './messages.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { CryptokiRefusal } from './refusal.ts';
import { versions } from './test-arbitraries.ts';
import { bodyOf } from './test-broken-bodies.ts';
import { bytes } from './test-primitives.ts';

const frames = Number(process.env.FERROHSM_PKCS11_FRAMES ?? 6000);
const framesOfVersion = Math.ceil(frames / versions.length);
const timeoutMs = 60_000 + frames * 20;

const limits: FrameLimits = { bodyBytes: 2000, optionBytes: 16 };

/** What a server answers to a body that it serves nothing of. Anything that throws here would have been a hang-up. */
function answer(body: Buffer, version: ProtocolVersion): { readonly returnValue: number; readonly read?: Buffer } {
  try {
    return { returnValue: 0, read: encodeRequest(decodeRequest(body, version), version) };
  } catch (error) {
    if (error instanceof CryptokiRefusal) return { returnValue: error.returnValue };
    throw error;
  }
}

describe.each(versions)('version %i of the protocol', (version) => {
  it(
    'reads every body exactly or refuses it',
    () => {
      fc.assert(
        fc.property(bodyOf('request', version), (body) => {
          const { returnValue, read } = answer(body, version);
          if (read !== undefined) expect(read.equals(body)).toBe(true);
          else expect(decodeResponse(encodeRefusal(returnValue), version)).toEqual({ call: 'ERROR', returnValue });
          expect(read === undefined).toBe(returnValue > 0);
        }),
        { numRuns: framesOfVersion },
      );
    },
    timeoutMs,
  );

  it(
    'reads every answer exactly or refuses it',
    () => {
      fc.assert(
        fc.property(bodyOf('response', version), (body) => {
          try {
            const response = decodeResponse(body, version);
            if (response.call !== 'ERROR') expect(encodeResponse(response, version).equals(body)).toBe(true);
          } catch (error) {
            expect(error).toBeInstanceOf(CryptokiRefusal);
          }
        }),
        { numRuns: Math.ceil(framesOfVersion / 4) },
      );
    },
    timeoutMs,
  );

  it(
    'goes on behind any frame',
    () => {
      const last = { code: 99, options: Buffer.alloc(0), body: Buffer.from('the last frame') };
      const frame = fc.record({ code: fc.nat(98), options: bytes(0, 20), body: bodyOf('request', version) });
      fc.assert(
        fc.property(fc.array(frame, { maxLength: 4 }), fc.integer({ min: 1, max: 300 }), (sent, chunkBytes) => {
          const codes: number[] = [];
          const reader = new FrameReader(limits, {
            onHandshake: () => undefined,
            onFrame({ code, body }) {
              answer(body, version);
              codes.push(code);
            },
            onRefused: (code) => codes.push(code),
          });
          const stream = Buffer.concat([Buffer.of(version), ...sent.map(encodeFrame), encodeFrame(last)]);
          for (let at = 0; at < stream.length; at += chunkBytes) reader.push(stream.subarray(at, at + chunkBytes));
          expect(codes).toEqual([...sent.map(({ code }) => code), last.code]);
        }),
        { numRuns: Math.ceil(framesOfVersion / 10) },
      );
    },
    timeoutMs,
  );
});

describe('memory', () => {
  it.each(['C_CreateObject', 'C_GetAttributeValue'] as const)(
    'is not set aside for what %s only says is there',
    (call) => {
      const handles = Buffer.alloc(8 * (requestLayouts[call].fields.length - 1));
      const body = Buffer.concat([requestLayouts[call].head, handles, Buffer.alloc(4)]);
      const before = heldBytes();
      for (const count of [1, maximumAttributes, 1 << 24, 0xffff_ffff]) {
        body.writeUInt32BE(count, body.length - 4);
        for (let time = 0; time < 1000; time += 1) expect(answer(body, 2).returnValue).toBe(CKR.DEVICE_ERROR);
      }
      // One array of so many attributes would be more.
      expect(heldBytes() - before).toBeLessThan(64 << 20);
    },
  );
});

function heldBytes(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
