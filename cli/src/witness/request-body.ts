import type { IncomingMessage } from 'node:http';
import { Refusal } from './refusal.ts';

/** Sixteen ML-DSA-44 signatures, which C2SP signed-note asks for at least, with a full proof take 56 KiB. */
const limitBytes = 64 * 1024;

/** @throws Refusal 413 as soon as there is more than 64 KiB */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Iterating over the stream would close the connection on leaving the loop, and the answer with it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > limitBytes) throw new Refusal(413, `more than ${limitBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
