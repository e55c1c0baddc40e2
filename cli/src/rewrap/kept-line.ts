import type { KeptDataKey } from '@ferrohsm/sdk/envelope';
import { type TextLine, withText } from './text-lines.ts';

/** A data key as a line of a file holds it. */
export interface KeptLine extends KeptDataKey {
  readonly line: TextLine;
  /** Why there is none in the line; the name and the wrapped data key are empty then. */
  readonly problem?: string;
}

type Members = Readonly<Record<string, unknown>>;

/** Numbers as they are written: an id of twenty digits must not change by passing through. */
interface ExactJson {
  parse(text: string, revive: (name: string, value: unknown, context: { source?: string }) => unknown): unknown;
  rawJSON(text: string): unknown;
}

const exactJson = JSON as unknown as ExactJson;

/**
 * Reads a line: an object with `wrapped` in base64url, and `name` or `keyId` of its named key.
 *
 * @param key of lines that name none
 */
export function keptLine(line: TextLine, key: string | undefined): KeptLine {
  if (line.text === undefined) return broken(line, 'not UTF-8');
  const members = membersOf(line.text);
  if (members === undefined) return broken(line, 'not a JSON object');
  const { wrapped, name = members.keyId ?? key } = members;
  if (typeof wrapped !== 'string' || !/^[A-Za-z0-9_-]+$/.test(wrapped)) {
    return broken(line, 'no member "wrapped" in base64url');
  }
  if (typeof name !== 'string') return broken(line, 'no member "name" or "keyId", and no --key is given');
  return { line, name, wrapped: Buffer.from(wrapped, 'base64url') };
}

/** The bytes of a line with its data key wrapped anew; a member `version` follows, everything else stays. */
export function rewrappedLine(line: TextLine, wrapped: Uint8Array, version: number): Buffer {
  const { text = '' } = line;
  const members = membersOf(text) ?? {};
  const now = { wrapped: Buffer.from(wrapped).toString('base64url'), ...('version' in members && { version }) };
  return withText({ ...line, text }, JSON.stringify({ ...members, ...now }));
}

function membersOf(text: string): Members | undefined {
  try {
    const value = exactJson.parse(text, (_, member, { source }) =>
      typeof member === 'number' && source !== undefined ? exactJson.rawJSON(source) : member,
    );
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
  } catch {
    return undefined;
  }
}

function broken(line: TextLine, problem: string): KeptLine {
  return { line, name: '', wrapped: new Uint8Array(0), problem };
}
