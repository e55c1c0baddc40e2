import { check, hex, rejection, sameBytes } from './checks.js';

/** A stream through an envelope and back with the runtime's own streams and WebCrypto. */
export async function passesEnvelopes(hsm, { Envelope, prefix }) {
  const name = `${prefix}/envelopes`;
  await hsm.keys.create({
    name,
    algorithm: 'MLKEM768-X25519',
    usages: ['encapsulateBits', 'decapsulateBits'],
  });
  const envelope = new Envelope(hsm.dataKeys);
  const plaintext = crypto.getRandomValues(new Uint8Array(5000));
  const sealing = new Blob([plaintext]).stream().pipeThrough(envelope.encrypt(name, { chunkBytes: 1024 }));
  const sealed = await bytesOf(sealing);
  const opening = new Blob([sealed]).stream().pipeThrough(envelope.decrypt({ name }));
  check(sameBytes(await bytesOf(opening), plaintext), 'the envelope gives back what it was made of');
  const cut = new Blob([sealed.subarray(0, -1)]).stream().pipeThrough(envelope.decrypt());
  check((await rejection(bytesOf(cut))).code === 'operation_failed', 'an envelope that was cut off is refused');
  const wrapped = sealed.subarray(54, 54 + sealed[52] * 256 + sealed[53]);
  const { dataKey } = await hsm.dataKeys.decrypt(name, wrapped);
  return { sealed: hex(sealed), dataKey: hex(dataKey), plaintext: hex(plaintext) };
}

async function bytesOf(stream) {
  const reader = stream.getReader();
  const pieces = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Uint8Array(await new Blob(pieces).arrayBuffer());
    pieces.push(value);
  }
}
