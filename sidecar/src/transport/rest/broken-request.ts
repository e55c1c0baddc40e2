import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { HttpRefusal, refusalAnswer } from './problem.ts';

/** Milliseconds that what still comes is thrown away: ended at once, the connection is reset, and the answer lost. */
const lingerMs = 500;

const answered = new WeakSet<Duplex>();

/** Answers bytes that did not become a request, and ends the connection. */
export function brokenRequest({ code = '' }: NodeJS.ErrnoException, socket: Duplex): void {
  if (answered.has(socket)) return;
  if (code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  answered.add(socket);
  const { status, headers, body } = refusalAnswer(refusalOf(code));
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': String(body.length) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n${body}`);
  setTimeout(() => socket.destroy(), lingerMs).unref();
}

function refusalOf(code: string): HttpRefusal {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new HttpRefusal(431, 'message_too_big', 'the header is too long');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new HttpRefusal(408, 'invalid_request', 'the request took too long');
    default:
      return new HttpRefusal(400, 'invalid_request', 'this is not HTTP/1.1');
  }
}
