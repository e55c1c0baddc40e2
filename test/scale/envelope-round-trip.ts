import { randomBytes, randomUUID } from 'node:crypto';
import { Envelope } from '@ferrohsm/sdk/envelope';
import { connect } from '@ferrohsm/sdk/node';

/** What one round trip took. */
export interface RoundTrip {
  readonly bytes: number;
  /** Resident before the first byte. */
  readonly idleBytes: number;
  /** The most that was resident meanwhile. */
  readonly peakBytes: number;
  readonly seconds: number;
}

// Encrypts and decrypts so many MiB in one pass, checks every byte, and prints a RoundTrip: SOCKET MEBIBYTES

const [, , socket = '', mebibytes = ''] = process.argv;
const block = randomBytes(1 << 20);
const pieceBytes = 64 * 1024;
const totalBytes = Number(mebibytes) * block.length;

const hsm = await connect({ socket });
const name = `scale/${randomUUID()}`;
await hsm.keys.create({ name, algorithm: 'MLKEM768-X25519', usages: ['encapsulateBits', 'decapsulateBits'] });
const envelope = new Envelope(hsm.dataKeys);

const idleBytes = process.memoryUsage.rss();
const startedMs = performance.now();
const opened = plaintext()
  .pipeThrough(envelope.encrypt(name))
  .pipeThrough(envelope.decrypt({ transfer: true }));
const bytes = await checked(opened);
const seconds = (performance.now() - startedMs) / 1000;
await hsm.close();
console.log(JSON.stringify({ bytes, idleBytes, peakBytes: process.resourceUsage().maxRSS * 1024, seconds }));

function plaintext(): ReadableStream<BufferSource> {
  let given = 0;
  return new ReadableStream({
    pull(controller) {
      if (given === totalBytes) return controller.close();
      const at = given % block.length;
      controller.enqueue(block.subarray(at, at + pieceBytes));
      given += pieceBytes;
    },
  });
}

async function checked(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<number> {
  let length = 0;
  for await (const piece of stream as unknown as AsyncIterable<Uint8Array<ArrayBuffer>>) {
    const at = length % block.length;
    if (block.compare(piece, 0, piece.length, at, at + piece.length) !== 0) throw new Error(`byte ${length} differs`);
    length += piece.length;
    piece.buffer.transfer(0);
  }
  return length;
}
