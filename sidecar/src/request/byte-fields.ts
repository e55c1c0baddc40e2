import { SidecarError } from '../errors.ts';
import type { ByteField } from '../generated/methods.ts';
import { Secret, secretMemory } from '../secret.ts';
import { decodeBase64url } from './base64url.ts';

/** Bodies above this many bytes travel as attachments to a peer that can take them. */
const inlineBytes = 4096;

type Node = Record<string, unknown>;

/** Nothing is ever added to it. */
const none: Set<number> = new Set();

/** Replaces each byte field of the params (our own parsed JSON) by its bytes; secret fields become a `Secret`. */
export function decodeBytes(params: object, fields: readonly ByteField[], attachments: readonly Buffer[]): void {
  const unused = attachments.length === 0 ? none : new Set(attachments.keys());
  for (const { path, secret } of fields) {
    replaceAt(params as Node, path, 0, (value) => {
      if (value instanceof Uint8Array || value instanceof Secret) return value;
      if (typeof value !== 'string') {
        const bytes = takeAttachment(value, attachments, unused);
        return secret ? Secret.take(bytes) : bytes;
      }
      return secret ? Secret.take(decodeBase64url(value, secretMemory)) : decodeBase64url(value, Buffer.allocUnsafe);
    });
  }
  if (unused.size > 0) throw new SidecarError('invalid_params', 'an attachment is not referred to by any byte field');
}

function takeAttachment(value: unknown, attachments: readonly Buffer[], unused: Set<number>): Buffer {
  const index = (value as { attachment: number }).attachment;
  const bytes = attachments[index];
  if (bytes === undefined || !unused.delete(index)) {
    throw new SidecarError('invalid_params', `attachment ${index} is missing or referred to twice`);
  }
  return bytes;
}

export interface EncodedResult {
  readonly value: object;
  readonly attachments: readonly Uint8Array[];
  /** To be wiped once the bytes have left. */
  readonly secrets: readonly Secret[];
}

/** Turns the byte fields of a result (owned by the caller) into text or attachments. */
export function encodeBytes(result: object, fields: readonly ByteField[], attachmentsAllowed: boolean): EncodedResult {
  const attachments: Uint8Array[] = [];
  const secrets: Secret[] = [];
  for (const { path } of fields) {
    replaceAt(result as Node, path, 0, (value) => {
      if (value instanceof Secret) secrets.push(value);
      const bytes = value instanceof Secret ? value.bytes : value;
      if (!(bytes instanceof Uint8Array)) return value;
      if (!attachmentsAllowed || (!(value instanceof Secret) && bytes.length <= inlineBytes))
        return encodeBase64url(bytes);
      return { attachment: attachments.push(bytes) - 1 };
    });
  }
  return { value: result, attachments, secrets };
}

function encodeBase64url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}

function replaceAt(node: Node, path: readonly string[], depth: number, replace: (value: unknown) => unknown): void {
  const member = path[depth];
  if (member === undefined || node === null || typeof node !== 'object') return;
  if (member === '*') {
    for (const index of (node as unknown as unknown[]).keys()) replaceMember(node, String(index), path, depth, replace);
  } else if (Object.hasOwn(node, member) && node[member] !== undefined) {
    replaceMember(node, member, path, depth, replace);
  }
}

function replaceMember(
  node: Node,
  member: string,
  path: readonly string[],
  depth: number,
  replace: (value: unknown) => unknown,
): void {
  if (depth === path.length - 1) node[member] = replace(node[member]);
  else replaceAt(node[member] as Node, path, depth + 1, replace);
}
