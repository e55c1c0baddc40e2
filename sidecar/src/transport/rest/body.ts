import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { SidecarError } from '../../errors.ts';
import { readMemory } from '../../read-memory.ts';
import { secretMemory } from '../../secret.ts';
import { HttpRefusal } from './problem.ts';

/** Bytes of bodies that all connections of one listener together may be sending. */
export class BodyBudget {
  #freeBytes: number;

  constructor(bytes: number) {
    this.#freeBytes = bytes;
  }

  /** @throws SidecarError `quota_exceeded` */
  take(bytes: number): void {
    if (bytes > this.#freeBytes) throw new SidecarError('quota_exceeded', 'too many large bodies at once');
    this.#freeBytes -= bytes;
  }

  give(bytes: number): void {
    this.#freeBytes += bytes;
  }
}

/**
 * Reads a body into memory of its own, which its owner can wipe. It is refused before anything is allocated where its
 * length is told and too much, otherwise as soon as it is.
 *
 * @throws HttpRefusal 415 for an encoding; SidecarError `message_too_big`, `quota_exceeded`
 */
export async function readBody(
  body: Readable,
  headers: IncomingHttpHeaders,
  limitBytes: number,
  budget: BodyBudget,
): Promise<Buffer> {
  refuseEncoding(headers);
  const told = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
  if (told !== undefined && told > limitBytes) throw tooBig(limitBytes);
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (bytes + chunk.length > limitBytes) throw tooBig(limitBytes);
      budget.take(chunk.length);
      bytes += chunk.length;
      pieces.push(owned(chunk));
    }
    return joined(pieces, bytes);
  } finally {
    budget.give(bytes);
    for (const piece of pieces) piece.fill(0);
  }
}

/** What was read lies in the memory that all streams are read into. */
function owned(chunk: Buffer): Buffer {
  const piece = secretMemory(chunk.length);
  chunk.copy(piece);
  chunk.fill(0);
  readMemory.soil();
  return piece;
}

function joined(pieces: readonly Buffer[], bytes: number): Buffer {
  const whole = secretMemory(bytes);
  let at = 0;
  for (const piece of pieces) at += piece.copy(whole, at);
  return whole;
}

/** It would be taken for the data itself. */
function refuseEncoding({ 'content-encoding': encoding = 'identity' }: IncomingHttpHeaders): void {
  if (encoding !== 'identity') throw new HttpRefusal(415, 'invalid_request', 'a body with a content-encoding');
}

function tooBig(limitBytes: number): SidecarError {
  return new SidecarError('message_too_big', `more than ${limitBytes} bytes of body`);
}
