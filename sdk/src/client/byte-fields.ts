import { FerroHsmError } from '../errors.ts';
import { decodeBase64url, encodeBase64url } from './base64url.ts';
import type { ByteField } from './method-traits.ts';

/** Bodies above this many bytes travel as attachments to a peer that can take them. */
const inlineBytes = 4096;

/** A copy of the params with each byte field as text or as a reference to one of the attachments. */
export function encodeBytes(
  params: object,
  fields: readonly ByteField[],
  attachmentsAllowed: boolean,
): { readonly value: object; readonly attachments: readonly Uint8Array[] } {
  const attachments: Uint8Array[] = [];
  let value: unknown = params;
  for (const { path, secret } of fields) {
    value = withMember(value, path, 0, (bytes) => {
      if (!(bytes instanceof Uint8Array)) return bytes;
      if (!attachmentsAllowed || (!secret && bytes.length <= inlineBytes)) return encodeBase64url(bytes);
      return { attachment: attachments.push(bytes) - 1 };
    });
  }
  return { value: value as object, attachments };
}

/**
 * The result with each byte field as bytes.
 *
 * @throws FerroHsmError `internal_error` when the sidecar sent what is neither text nor an attachment
 */
export function decodeBytes(
  result: unknown,
  fields: readonly ByteField[],
  attachments: readonly Uint8Array[] = [],
): unknown {
  const decode = (value: unknown) => {
    const bytes = typeof value === 'string' ? decodeBase64url(value) : attachments[indexOf(value)];
    if (bytes === undefined)
      throw new FerroHsmError('internal_error', 'the reply holds a byte field that cannot be read');
    return bytes;
  };
  return fields.reduce((value, { path }) => withMember(value, path, 0, decode), result);
}

function indexOf(value: unknown): number {
  const index = (value as { attachment?: unknown } | null)?.attachment;
  return typeof index === 'number' ? index : -1;
}

/** A copy of the node along the path, its end replaced; the node itself where the path leads nowhere. */
function withMember(
  node: unknown,
  path: readonly string[],
  depth: number,
  replace: (value: unknown) => unknown,
): unknown {
  const member = path[depth];
  if (member === undefined) return replace(node);
  if (typeof node !== 'object' || node === null) return node;
  if (member === '*')
    return Array.isArray(node) ? node.map((element) => withMember(element, path, depth + 1, replace)) : node;
  const value = Object.hasOwn(node, member) ? (node as Record<string, unknown>)[member] : undefined;
  if (value === undefined) return node;
  const replaced = withMember(value, path, depth + 1, replace);
  return replaced === value ? node : { ...node, [member]: replaced };
}
