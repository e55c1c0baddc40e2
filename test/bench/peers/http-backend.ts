import type { Backend } from '../calls.ts';
import { message } from '../operations.ts';
import { IdleConnections } from './idle-connections.ts';
import { type MessageEnd, MessageSocket } from './message-socket.ts';
import { requireSignature } from './signature-check.ts';

const headEnd = '\r\n\r\n';

/** Answers of this peer always say how long they are. */
const answerEnd: MessageEnd = (bytes) => {
  const head = bytes.indexOf(headEnd);
  if (head < 0) return undefined;
  const [, length = '0'] = /\r\ncontent-length: (\d+)/i.exec(bytes.toString('latin1', 0, head)) ?? [];
  const end = head + headEnd.length + Number(length);
  return bytes.length < end ? undefined : end;
};

/**
 * The HTTP peer. Its client is as lean as one can be, since node:http's own agent would cost more than the server:
 * one kept connection for each request in flight, and of the answer only its length is looked for.
 */
export async function openHttpBackend(socket: string): Promise<Backend> {
  const connections = new IdleConnections(() => MessageSocket.open(socket, answerEnd));
  const ask = (request: string) => connections.use(async (connection) => bodyOf(await connection.request(request)));

  async function sign(key: string): Promise<Buffer> {
    const body = JSON.stringify({ key, data: Buffer.from(message).toString('base64url') });
    const head = `POST /sign HTTP/1.1\r\nhost: peer\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    const { signature = '' } = await ask(head + headEnd + body);
    return Buffer.from(signature, 'base64url');
  }

  return {
    async prepare(id) {
      const { spki = '' } = await ask(`GET /${id} HTTP/1.1\r\nhost: peer${headEnd}`);
      requireSignature(id, { key: Buffer.from(spki, 'base64url'), format: 'der', type: 'spki' }, await sign(id));
      return { call: () => sign(id) };
    },
    [Symbol.asyncDispose]: async () => connections.close(),
  };
}

function bodyOf(answer: Buffer): Readonly<Record<string, string>> {
  const [head = '', body = ''] = answer.toString('latin1').split(headEnd);
  if (!head.startsWith('HTTP/1.1 200 ')) throw new Error(`the peer answered ${head.split('\r\n')[0]}: ${body}`);
  return JSON.parse(body) as Readonly<Record<string, string>>;
}
