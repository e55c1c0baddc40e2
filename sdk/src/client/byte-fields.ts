import { FerroHsmError } from '../errors.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import type { Place } from './method-traits.ts';

/** Bodies above this many bytes travel as attachments to a peer that can take them. */
const inlineBytes = 4096;

/** Params as they travel: each byte field is text, or a reference to one of the attachments. */
export interface EncodedParams {
  readonly params: object;
  readonly attachments: readonly Uint8Array[];
}

/** A copy of the params as they travel. */
export function encodeBytes(params: object, place: Place, attachmentsAllowed: boolean): EncodedParams {
  const attachments: Uint8Array[] = [];
  const encode = (bytes: unknown, isSecret: boolean) => {
    if (!(bytes instanceof Uint8Array)) return bytes;
    if (!attachmentsAllowed || (!isSecret && bytes.length <= inlineBytes)) return encodeBase64url(bytes);
    return { attachment: attachments.push(bytes) - 1 };
  };
  return { params: withBytes(params, place, encode) as object, attachments };
}

/**
 * The result with each byte field as bytes.
 *
 * @throws FerroHsmError `internal_error` when the sidecar sent what is neither text nor an attachment
 */
export function decodeBytes(result: unknown, place: Place, attachments: readonly Uint8Array[] = []): unknown {
  return withBytes(result, place, (value) => {
    const bytes = typeof value === 'string' ? decodeBase64url(value) : attachments[indexOf(value)];
    if (bytes === undefined)
      throw new FerroHsmError('internal_error', 'the reply holds a byte field that cannot be read');
    return bytes;
  });
}

function indexOf(value: unknown): number {
  const index = (value as { attachment?: unknown } | null)?.attachment;
  return typeof index === 'number' ? index : -1;
}

/** A copy of the node with its byte fields replaced; the node itself where it has none. */
function withBytes(node: unknown, place: Place, replace: (value: unknown, isSecret: boolean) => unknown): unknown {
  if (typeof place === 'string') return replace(node, place === 'secret');
  if (typeof node !== 'object' || node === null) return node;
  const element = place.get('*');
  if (element !== undefined) {
    return Array.isArray(node) ? node.map((value) => withBytes(value, element, replace)) : node;
  }
  let copy = node as Record<string, unknown>;
  // What the message has is less than what it may have.
  for (const member of Object.keys(node)) {
    const inner = place.get(member);
    const value = copy[member];
    if (inner === undefined || value === undefined) continue;
    const replaced = withBytes(value, inner, replace);
    if (replaced === value) continue;
    if (copy === node) copy = { ...copy };
    copy[member] = replaced;
  }
  return copy;
}
