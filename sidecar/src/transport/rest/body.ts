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
  const intake = new BodyIntake(limitBytes, budget);
  try {
    await readInto(intake, body);
    return intake.take();
  } finally {
    intake.dispose();
  }
}

/** Events cost a fraction of what the stream's iterator does. */
function readInto(intake: BodyIntake, body: Readable): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = (reason: unknown) => {
    body.off('data', add).pause();
    reject(reason);
  };
  const add = (chunk: Buffer) => {
    try {
      intake.add(chunk);
    } catch (error) {
      stop(error);
    }
  };
  body.on('data', add).once('end', resolve).once('error', stop);
  body.once('close', () => {
    if (!body.readableEnded) stop(new SidecarError('invalid_request', 'the body has no end'));
  });
  return promise;
}

/** The pieces of one body, each in memory of its own. */
class BodyIntake {
  readonly #limitBytes: number;
  readonly #budget: BodyBudget;
  #pieces: Buffer[] = [];
  #bytes = 0;

  constructor(limitBytes: number, budget: BodyBudget) {
    this.#limitBytes = limitBytes;
    this.#budget = budget;
  }

  /** What was read lies in the memory that all streams are read into: it is copied, and wiped there. */
  add(chunk: Buffer): void {
    if (this.#bytes + chunk.length > this.#limitBytes) throw tooBig(this.#limitBytes);
    this.#budget.take(chunk.length);
    this.#bytes += chunk.length;
    const piece = secretMemory(chunk.length);
    chunk.copy(piece);
    chunk.fill(0);
    readMemory.soil();
    this.#pieces.push(piece);
  }

  /** The whole body, which belongs to the caller from now on. */
  take(): Buffer {
    const [only, second] = this.#pieces;
    if (only !== undefined && second === undefined) {
      this.#pieces = [];
      return only;
    }
    const whole = secretMemory(this.#bytes);
    let at = 0;
    for (const piece of this.#pieces) at += piece.copy(whole, at);
    return whole;
  }

  dispose(): void {
    this.#budget.give(this.#bytes);
    for (const piece of this.#pieces) piece.fill(0);
  }
}

/** It would be taken for the data itself. */
function refuseEncoding({ 'content-encoding': encoding = 'identity' }: IncomingHttpHeaders): void {
  if (encoding !== 'identity') throw new HttpRefusal(415, 'invalid_request', 'a body with a content-encoding');
}

function tooBig(limitBytes: number): SidecarError {
  return new SidecarError('message_too_big', `more than ${limitBytes} bytes of body`);
}
