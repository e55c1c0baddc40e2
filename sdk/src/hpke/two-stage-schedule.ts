import { concat } from '../transparency/bytes.ts';
import { type Hkdf, labeledExpand, labeledExtract } from './hkdf.ts';
import type { KeySchedule } from './key-schedule.ts';
import { noBytes } from './labels.ts';

/** Key schedule and secret export with an extracting and an expanding KDF (RFC 9180 sections 5.1 and 5.3). */
export function twoStage(hkdf: Hkdf): KeySchedule {
  return Object.freeze({
    maxExportBytes: 255 * hkdf.bytes,
    async combine({ suiteId, mode, sharedSecret, info, psk, pskId, keyBytes, nonceBytes }) {
      const pskIdHash = await labeledExtract(hkdf, suiteId, { salt: noBytes, label: 'psk_id_hash', ikm: pskId });
      const infoHash = await labeledExtract(hkdf, suiteId, { salt: noBytes, label: 'info_hash', ikm: info });
      const context = concat(Uint8Array.of(mode), pskIdHash, infoHash);
      const secret = await labeledExtract(hkdf, suiteId, { salt: sharedSecret, label: 'secret', ikm: psk });
      const expand = (label: string, bytes: number) =>
        labeledExpand(hkdf, suiteId, { secret, label, info: context, bytes });
      try {
        return {
          key: await expand('key', keyBytes),
          baseNonce: await expand('base_nonce', nonceBytes),
          exporterSecret: await expand('exp', hkdf.bytes),
        };
      } finally {
        secret.fill(0);
      }
    },
    export: ({ suiteId, exporterSecret, context, bytes }) =>
      labeledExpand(hkdf, suiteId, { secret: exporterSecret, label: 'sec', info: context, bytes }),
  } satisfies KeySchedule);
}
