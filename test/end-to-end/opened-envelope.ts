import assert from 'node:assert/strict';
import { createDecipheriv, hkdfSync } from 'node:crypto';

/** Unwraps the data key of an envelope. */
export type DataKeyOf = (keyId: string, wrapped: Buffer) => Promise<Uint8Array>;

/** The plaintext of an envelope: a second implementation, written from docs/envelope.md with node:crypto alone. */
export async function openedEnvelope(sealed: Buffer, dataKeyOf: DataKeyOf): Promise<Buffer> {
  assert.equal(sealed.toString('latin1', 0, 6), 'FHSM\x02\x01');
  const chunkBytes = sealed.readUInt32BE(6);
  const start = 86 + sealed.readUInt16BE(52);
  const dataKey = await dataKeyOf(sealed.toString('latin1', 10, 36), sealed.subarray(54, start - 32));
  const derived = (info: string) =>
    Buffer.from(hkdfSync('sha256', dataKey, sealed.subarray(0, 52), `ferrohsm/envelope/v2/${info}`, 32));
  assert.deepEqual(sealed.subarray(start - 32, start), derived('commitment'));
  const key = derived('chunks');
  const plaintext: Buffer[] = [];
  for (let at = start, number = 0; at < sealed.length; at += chunkBytes + 16, number += 1) {
    const chunk = sealed.subarray(at, at + chunkBytes + 16);
    const nonce = Buffer.alloc(12);
    nonce.writeUInt32BE(number, 7);
    nonce[11] = at + chunk.length === sealed.length ? 1 : 0;
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAuthTag(chunk.subarray(-16));
    plaintext.push(decipher.update(chunk.subarray(0, -16)), decipher.final());
  }
  return Buffer.concat(plaintext);
}
