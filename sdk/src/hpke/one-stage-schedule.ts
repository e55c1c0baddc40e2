import { nativeCrypto } from '../local/native-crypto.ts';
import { concat } from '../transparency/bytes.ts';
import type { KeySchedule } from './key-schedule.ts';
import { labeledDerivation, lengthPrefixed } from './labels.ts';
import { ofRuntime } from './runtime.ts';

/** A digest of the Modern Algorithms draft whose output may be as long as one likes. */
type ExtendableOutput = 'cSHAKE128' | 'cSHAKE256' | 'TurboSHAKE128' | 'TurboSHAKE256';

/** Key schedule and secret export with an extendable-output function (draft-ietf-hpke-pq section 5). */
export function oneStage(digest: ExtendableOutput, exporterSecretBytes: number): KeySchedule {
  return Object.freeze({
    maxExportBytes: 0xffff,
    async combine({ suiteId, mode, sharedSecret, info, psk, pskId, keyBytes, nonceBytes }) {
      const ikm = concat(lengthPrefixed(psk), lengthPrefixed(sharedSecret));
      const context = concat(Uint8Array.of(mode), lengthPrefixed(pskId), lengthPrefixed(info));
      const bytes = keyBytes + nonceBytes + exporterSecretBytes;
      const secret = await derive(digest, labeledDerivation(suiteId, 'secret', { ikm, context, bytes }), bytes);
      ikm.fill(0);
      try {
        return {
          key: secret.slice(0, keyBytes),
          baseNonce: secret.slice(keyBytes, keyBytes + nonceBytes),
          exporterSecret: secret.slice(keyBytes + nonceBytes),
        };
      } finally {
        secret.fill(0);
      }
    },
    export({ suiteId, exporterSecret, context, bytes }) {
      const input = labeledDerivation(suiteId, 'sec', { ikm: exporterSecret, context, bytes });
      return derive(digest, input, bytes);
    },
  } satisfies KeySchedule);
}

/** Wipes the input. */
async function derive(
  name: ExtendableOutput,
  input: Uint8Array<ArrayBuffer>,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  // Drafts before 2026 call the member `length`.
  const algorithm = { name, outputLength: 8 * bytes, length: 8 * bytes };
  try {
    return new Uint8Array(await ofRuntime(name, () => nativeCrypto.subtle.digest(algorithm, input)));
  } finally {
    input.fill(0);
  }
}
