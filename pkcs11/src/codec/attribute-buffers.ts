import { attributeKind } from './attribute-kinds.ts';
import type { BodyReader } from './body-reader.ts';
import type { BodyWriter } from './body-writer.ts';
import { CKR } from './constants/return-values.ts';
import { maximumNesting } from './limits.ts';
import { CryptokiRefusal } from './refusal.ts';

/** An attribute that C_GetAttributeValue asks for. */
export interface AttributeBuffer {
  readonly type: number;
  /** Room for the value, in bytes. 0: only its length is asked. */
  readonly room: number;
  /** What is asked of a template attribute. The client says so from 0.25.4 on. */
  readonly template?: readonly AttributeBuffer[];
}

const bufferBytes = 8;

/**
 * `fA`, the last argument of its call. Clients of 0.24 to 0.25.3 send no templates, those of 0.25.4 and 0.25.5 one for each
 * template attribute, later ones for each that has room. Their bytes tell the first from the others: a template has at
 * least a count of its own.
 */
export function readAttributeBuffers(reader: BodyReader): readonly AttributeBuffer[] {
  const count = reader.attributeCount(bufferBytes);
  const flat = reader.remainingBytes === count * bufferBytes;
  return readBuffers(reader, count, flat, 0);
}

export function writeAttributeBuffers(writer: BodyWriter, buffers: readonly AttributeBuffer[]): void {
  writer.uint32(buffers.length);
  for (const { type, room, template } of buffers) {
    writer.uint32(type);
    writer.uint32(room);
    if (template !== undefined) writeAttributeBuffers(writer, template);
  }
}

function readBuffers(reader: BodyReader, count: number, flat: boolean, depth: number): readonly AttributeBuffer[] {
  if (depth > maximumNesting) throw new CryptokiRefusal(CKR.ARGUMENTS_BAD, 'templates are nested too deep');
  return Array.from({ length: count }, () => readBuffer(reader, flat, depth));
}

function readBuffer(reader: BodyReader, flat: boolean, depth: number): AttributeBuffer {
  const type = reader.uint32();
  const room = reader.uint32();
  if (flat || !hasTemplate(reader, type, room)) return { type, room };
  return { type, room, template: readBuffers(reader, reader.attributeCount(bufferBytes), flat, depth + 1) };
}

function hasTemplate(reader: BodyReader, type: number, room: number): boolean {
  if (attributeKind(type, reader.version) !== 'template') return false;
  return reader.version === 1 || room > 0;
}
