import { strict as assert } from 'node:assert';
import { randomBytes } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { Envelope } from '@ferrohsm/sdk/envelope';
import { connect } from '@ferrohsm/sdk/node';

await using hsm = await connect();
await hsm.keys.create({
  name: 'backups/2026',
  algorithm: 'MLKEM768-X25519',
  usages: ['encapsulateBits', 'decapsulateBits'],
});
const envelope = new Envelope(hsm.dataKeys);

const folder = mkdtempSync(join(tmpdir(), 'envelope-'));
const [clear, sealed, opened] = ['disk.img', 'disk.img.fhsm', 'opened.img'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
writeFileSync(clear, randomBytes(8 << 20));

// Bytes pass in chunks of 64 KiB; only the wrapped data key of 32 bytes goes to the sidecar.
await read(clear).pipeThrough(envelope.encrypt('backups/2026')).pipeTo(write(sealed));
await read(sealed).pipeThrough(envelope.decrypt()).pipeTo(write(opened));
assert(readFileSync(clear).equals(readFileSync(opened)));
console.log(`${statSync(clear).size} bytes became ${statSync(sealed).size}, and came back`);

// Whatever is missing or changed is told; what was given out until then was authentic, but not whole.
const cut = readFileSync(sealed).subarray(0, -1000);
const refusal = await envelope.decryptBytes(cut).catch((error: unknown) => error);
assert(refusal instanceof Error);
console.log(`an envelope that was cut off: ${refusal.message}`);
rmSync(folder, { recursive: true });

function read(path: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  return Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array<ArrayBuffer>>;
}

function write(path: string): WritableStream<Uint8Array<ArrayBuffer>> {
  return Writable.toWeb(createWriteStream(path, { mode: 0o600 }));
}
