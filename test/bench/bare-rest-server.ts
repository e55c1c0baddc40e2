import { generateKeyPairSync, sign } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { fastify } from 'fastify';

/**
 * `bare-rest-server SOCKET FILE single|grouped`: signs what is posted, and writes a line about it that is on the disk
 * before the answer: each in a write and a sync of its own, or those that wait together.
 */

const [socket = '', path = '', kind = 'single'] = process.argv.slice(2);
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

/** Lines that wait are written and synced together, which takes more thought than a handler usually gets. */
class GroupedLines {
  readonly #file: FileHandle;
  #waiting: { readonly line: string; readonly resolve: () => void }[] = [];
  #isWriting = false;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  append(line: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ line, resolve });
      if (!this.#isWriting) this.#write().catch(reject);
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      await this.#file.write(batch.map(({ line }) => line).join(''));
      await this.#file.datasync();
      for (const { resolve } of batch) resolve();
    }
    this.#isWriting = false;
  }
}

const file = await open(path, 'a', 0o600);
const lines = kind === 'grouped' ? new GroupedLines(file) : { append: appendAlone };

async function appendAlone(line: string): Promise<void> {
  await file.write(line);
  await file.datasync();
}

const server = fastify();
server.post('/v1/subtle/sign', async (request) => {
  const { key, data } = request.body as { key: string; data: string };
  const bytes = Buffer.from(data, 'base64url');
  const signature = sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  await lines.append(`${JSON.stringify({ time: Date.now(), operation: 'subtle.sign', resource: key })}\n`);
  return { signature: signature.toString('base64url') };
});
await server.listen({ path: socket });
process.send?.('listening');
