import type { Handler } from '../request/context.ts';
import { Secret, secretMemory } from '../secret.ts';

/** Fills the bytes from the operating system's random source. */
export type FillRandom = (bytes: Buffer) => Buffer;

export function createSystemRandom(fillRandom: FillRandom): Handler<'system.random'> {
  return async ({ length }) => ({ bytes: Secret.take(fillRandom(secretMemory(length))) });
}
