import { fromBase64 } from './base64.ts';

/** A text with signatures (C2SP signed-note), not verified. */
export interface SignedNote {
  /** What is signed; ends with a newline. */
  readonly body: string;
  readonly lines: readonly SignatureLine[];
}

export interface SignatureLine {
  readonly name: string;
  /** First four bytes of the key's hash. */
  readonly id: Uint8Array;
  readonly signature: Uint8Array;
}

const keyIdBytes = 4;
/** C2SP signed-note asks for at least 16; more is refused, so that a note cannot keep the reader busy. */
const signaturesMax = 64;
const newlineByte = 0x0a;
const spaceByte = 0x20;

/** Reads a signed note; undefined when it is malformed. */
export function parseNote(bytes: Uint8Array): SignedNote | undefined {
  const text = decode(bytes);
  const split = text?.lastIndexOf('\n\n') ?? -1;
  if (text === undefined || split === -1 || !text.endsWith('\n')) return undefined;
  const lines = text
    .slice(split + 2, -1)
    .split('\n')
    .map(parseLine);
  if (lines.length > signaturesMax || !lines.every((line) => line !== undefined)) return undefined;
  return { body: text.slice(0, split + 1), lines };
}

/** Control characters below the space other than newlines make a note malformed (C2SP signed-note "Format"). */
function decode(bytes: Uint8Array): string | undefined {
  if (bytes.some((byte) => byte < spaceByte && byte !== newlineByte)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function parseLine(line: string): SignatureLine | undefined {
  const [, name, encoded] = /^\u2014 ([^\s+]+) (\S+)$/u.exec(line) ?? [];
  const bytes = fromBase64(encoded ?? '');
  if (name === undefined || bytes === undefined || bytes.length <= keyIdBytes) return undefined;
  return { name, id: bytes.slice(0, keyIdBytes), signature: bytes.slice(keyIdBytes) };
}
