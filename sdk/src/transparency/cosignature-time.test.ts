import { expect, test } from 'vitest';
import { parseCheckpoint } from './checkpoint.ts';
import { checkSignatures } from './signatures.ts';
import { makeSigner, signNote, testOrigin, utf8 } from './test-log.ts';
import { parseVerifierKey } from './verifier-key.ts';

const body = `${testOrigin}\n7\n${btoa('\u0001'.repeat(32))}\n`;

test.each(['Ed25519 witness', 'ML-DSA-44'] as const)(
  'an %s cosignature has a time from 1 to 2^63 - 1',
  async (kind) => {
    for (const [seconds, valid] of [
      [0n, false],
      [1n, true],
      [2n ** 63n - 1n, true],
      [2n ** 63n, false],
      [2n ** 64n - 1n, false],
    ] as const) {
      const signer = await makeSigner('witness.example', kind, seconds);
      const checkpoint = parseCheckpoint(utf8(await signNote(body, [signer])));
      if (checkpoint === undefined) throw new Error('no checkpoint');
      const reports = await checkSignatures(checkpoint, [await parseVerifierKey(signer.vkey)]);
      expect(reports, String(seconds)).toMatchObject([{ valid }]);
    }
  },
);
