import type { Route } from '../../generated/routes.ts';
import type { KeyRecord } from '../../generated/types.ts';
import { keyEtag } from '../../key-etag.ts';
import type { HttpAnswer } from './problem.ts';
import type { RestResult } from './session.ts';

/** Outside of a string, only a byte field looks like that. */
const attachmentReference = /\{"attachment":(\d+)\}/g;

/** The answer that tells a result: as JSON, or where it is bytes and nothing else, as they are. */
export function resultAnswer(route: Route, result: RestResult, wantsRaw: boolean): HttpAnswer {
  const raw = wantsRaw ? rawBytes(route, result) : undefined;
  const type = raw === undefined ? 'application/json' : 'application/octet-stream';
  return {
    status: route.status,
    headers: { 'content-type': type, ...etagOf(route, result) },
    body: raw ?? jsonText(result),
  };
}

function rawBytes({ rawResult = '' }: Route, { value, attachments }: RestResult): Buffer | undefined {
  const member = (value as Record<string, unknown>)[rawResult];
  if (typeof member === 'string') return Buffer.from(member, 'base64url');
  const { attachment } = (member ?? {}) as { attachment?: number };
  const bytes = attachment === undefined ? undefined : attachments[attachment];
  return bytes && bufferOf(bytes);
}

function jsonText({ value, attachments }: RestResult): string {
  const text = JSON.stringify(value);
  if (attachments.length === 0) return text;
  return text.replace(attachmentReference, (_, index: string) => {
    const bytes = attachments[Number(index)] as Uint8Array;
    return `"${bufferOf(bytes).toString('base64url')}"`;
  });
}

function etagOf({ hasEtag }: Route, { value }: RestResult): Readonly<Record<string, string>> {
  return hasEtag ? { etag: `"${keyEtag((value as { record: KeyRecord }).record)}"` } : {};
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
