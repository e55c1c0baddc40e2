import {
  createCipheriv,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  type SignKeyObjectInput,
  sign,
} from 'node:crypto';
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { promisify } from 'node:util';
import { ivBytes } from '../operations.ts';
import { FrameReader, writeFrame } from './bare-wire.ts';

/**
 * `bare-server SOCKET LOG durable|volatile`: the primitives of node:crypto behind a Unix socket and nothing else, the
 * least that a boundary between processes costs in Node. No names, no permissions, no checks, no JSON. `durable` adds
 * one line for each operation, and one sync for all that wait for one.
 *
 * The first frame of a connection names the operation, and its answer is the public key, or empty. Each further frame is
 * a message, answered in order.
 */

/** Short work is done on the main thread, long work in the thread pool. */
type Work = (message: Buffer) => Uint8Array | Promise<Uint8Array>;

interface Service {
  readonly publicKey?: KeyObject;
  readonly work: Work;
}

const [socketPath = '', logPath = '', durability = ''] = process.argv.slice(2);
const line = Buffer.alloc(256, 'a');
const whoami = Buffer.alloc(256, 'b');
const signLater = promisify(sign) as (
  digest: string | null,
  data: Uint8Array,
  key: SignKeyObjectInput,
) => Promise<Buffer>;

const services: Readonly<Record<string, Service>> = {
  'no-op': { work: () => whoami },
  p256: p256(),
  rsa2048: signingLater('sha256', generateKeyPairSync('rsa-pss', { modulusLength: 2048, hashAlgorithm: 'sha256' })),
  'ml-dsa-65': signingLater(null, generateKeyPairSync('ml-dsa-65')),
  'aes-1m': encrypting(),
};

const commit = durability === 'durable' ? await openCommits(logPath) : undefined;

createServer((socket) => {
  const reader = new FrameReader();
  let service: Service | undefined;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    const frames = reader.take(chunk);
    const [name] = frames;
    if (name === undefined) return;
    const messages = service === undefined ? frames.slice(1) : frames;
    service ??= begin(socket, name.toString());
    if (messages.length > 0) answer(socket, messages, service.work);
  });
}).listen(socketPath);
process.once('SIGTERM', () => process.exit());

function begin(socket: Socket, name: string): Service {
  const service = services[name];
  if (service === undefined) throw new Error(`no operation ${name}`);
  writeFrame(socket, service.publicKey?.export({ type: 'spki', format: 'der' }) ?? Buffer.alloc(0));
  return service;
}

function answer(socket: Socket, messages: readonly Buffer[], work: Work): void {
  const results = messages.map(work);
  if (results.some((result) => result instanceof Promise)) {
    for (const result of results) void answerLater(socket, result);
    return;
  }
  commit?.now(results.length);
  for (const result of results) writeFrame(socket, result as Uint8Array);
}

async function answerLater(socket: Socket, result: Uint8Array | Promise<Uint8Array>): Promise<void> {
  const bytes = await result;
  await commit?.later();
  writeFrame(socket, bytes);
}

function p256(): Service {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { publicKey, work: (message) => sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' }) };
}

function signingLater(
  digest: string | null,
  { privateKey, publicKey }: { privateKey: KeyObject; publicKey: KeyObject },
) {
  return { publicKey, work: (message: Buffer) => signLater(digest, message, { key: privateKey }) };
}

function encrypting(): Service {
  const [key, iv] = [randomBytes(32), randomBytes(ivBytes)];
  return {
    work(plaintext) {
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
    },
  };
}

async function openCommits(path: string) {
  const descriptor = openSync(path, 'a', 0o600);
  const file = await open(path, 'a');
  let waiting: (() => void)[] = [];
  let isWriting = false;

  async function writeWaiting(): Promise<void> {
    isWriting = true;
    while (waiting.length > 0) {
      const served = waiting;
      waiting = [];
      await file.write(Buffer.concat(served.map(() => line)));
      await file.datasync();
      for (const resolve of served) resolve();
    }
    isWriting = false;
  }

  return {
    now(records: number): void {
      writeSync(descriptor, Buffer.concat(Array<Buffer>(records).fill(line)));
      fdatasyncSync(descriptor);
    },
    later(): Promise<void> {
      return new Promise((resolve) => {
        waiting.push(resolve);
        if (!isWriting) void writeWaiting();
      });
    },
  };
}
