import { generateKeyPairSync, type KeyObject, type SignKeyObjectInput, sign } from 'node:crypto';
import { open } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import { promisify } from 'node:util';

/**
 * `http-server SOCKET LOG`: the signing service that one writes in an afternoon. HTTP and JSON over a Unix socket with
 * kept connections, signatures in the thread pool, and for each a line in a log that is on the disk before the answer.
 */

interface SigningRequest {
  readonly key: string;
  readonly data: string;
}

const [socket = '', log = ''] = process.argv.slice(2);

const signLater = promisify(sign) as (
  digest: string | null,
  data: Uint8Array,
  key: SignKeyObjectInput,
) => Promise<Buffer>;
const file = await open(log, 'a', 0o600);

const pairs: Readonly<Record<string, { readonly privateKey: KeyObject; readonly publicKey: KeyObject }>> = {
  p256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  ed25519: generateKeyPairSync('ed25519'),
};

const server = createServer((request, response) => {
  answer(request).then(
    (body) => reply(response, 200, body),
    (error: unknown) => reply(response, 400, { error: String(error) }),
  );
});
// Callers come back after the other sides had their turn.
server.keepAliveTimeout = 0;
server.listen(socket, () => console.log('ready'));
process.once('SIGTERM', () => process.exit());

async function answer(request: IncomingMessage): Promise<object> {
  if (request.method === 'GET') return publicKey(request.url ?? '');
  const { key, data } = (await json(request)) as SigningRequest;
  const pair = pairs[key];
  if (pair === undefined) throw new Error(`no key ${key}`);
  const bytes = Buffer.from(data, 'base64url');
  const digest = key === 'p256' ? 'sha256' : null;
  const signature = await signLater(digest, bytes, { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
  await file.write(`${JSON.stringify({ at: Date.now(), key, bytes: bytes.length })}\n`);
  await file.datasync();
  return { signature: signature.toString('base64url') };
}

function publicKey(path: string): object {
  const pair = pairs[path.slice(1)];
  if (pair === undefined) throw new Error(`no key ${path}`);
  return { spki: pair.publicKey.export({ type: 'spki', format: 'der' }).toString('base64url') };
}

function reply(response: ServerResponse, status: number, body: object): void {
  const text = JSON.stringify(body);
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}
