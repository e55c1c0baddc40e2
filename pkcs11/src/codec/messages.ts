import { BodyReader, malformed } from './body-reader.ts';
import { BodyWriter } from './body-writer.ts';
import { type ArgumentsOf, type CallName, callOf, type ResultsOf } from './calls/calls.ts';
import { type Layout, refusedCall, refusedLayout, requestLayouts, responseLayouts } from './calls/layout.ts';
import { CKR } from './constants/return-values.ts';
import type { ProtocolVersion } from './protocol-version.ts';
import { CryptokiRefusal } from './refusal.ts';
import type { CkUlong } from './ulong.ts';
import { codecs, type Kind } from './value-kinds.ts';

/** A call that an application makes. */
export type Request = { [N in CallName]: { readonly call: N; readonly arguments: ArgumentsOf<N> } }[CallName];

/** What a call gives back where it is not refused. */
export type Response = { [N in CallName]: { readonly call: N; readonly results: ResultsOf<N> } }[CallName];

/** The answer to a call that is refused. */
export interface RefusedResponse {
  readonly call: 'ERROR';
  /** CKR_..., never CKR_OK. */
  readonly returnValue: CkUlong;
}

/**
 * @param body whose memory the arguments go on using
 * @throws CryptokiRefusal which says what to answer, whatever the bytes are
 */
export function decodeRequest(body: Buffer, version: ProtocolVersion): Request {
  const reader = new BodyReader(body, version);
  const call = knownCall(reader.uint32(), version);
  return { call, arguments: readFields(reader, requestLayouts[call]) } as Request;
}

export function encodeRequest(request: Request, version: ProtocolVersion): Buffer {
  return writeBody(requestLayouts[request.call], request.arguments, version).body();
}

/** @throws CryptokiRefusal for what no server of this version answers */
export function decodeResponse(body: Buffer, version: ProtocolVersion): Response | RefusedResponse {
  const reader = new BodyReader(body, version);
  const id = reader.uint32();
  if (id === refusedCall) return { call: 'ERROR', ...readFields(reader, refusedLayout) } as RefusedResponse;
  const call = knownCall(id, version);
  return { call, results: readFields(reader, responseLayouts[call]) } as Response;
}

export function encodeResponse(response: Response, version: ProtocolVersion): Buffer {
  return writeResponse(response, version).body();
}

/** @param returnValue not CKR_OK, which clients take for a broken answer */
export function encodeRefusal(returnValue: CkUlong): Buffer {
  return writeRefusal(returnValue).body();
}

/** The answer to the call of a frame, as the frame that is sent. */
export function responseFrame(code: number, response: Response, version: ProtocolVersion): Buffer {
  return writeResponse(response, version).frame(code);
}

/** See {@link encodeRefusal}. */
export function refusalFrame(code: number, returnValue: CkUlong): Buffer {
  return writeRefusal(returnValue).frame(code);
}

function writeResponse({ call, results }: Response, version: ProtocolVersion): BodyWriter {
  return writeBody(responseLayouts[call], results, version);
}

function writeRefusal(returnValue: CkUlong): BodyWriter {
  return writeBody(refusedLayout, { returnValue }, 0);
}

function knownCall(id: number, version: ProtocolVersion): CallName {
  const call = callOf(id, version);
  if (call !== undefined) return call;
  throw new CryptokiRefusal(CKR.FUNCTION_NOT_SUPPORTED, `no call ${id} in version ${version} of the protocol`);
}

/** The signature comes first: client and server must agree on what follows. */
function readFields(reader: BodyReader, { signature, fields }: Layout): object {
  if (reader.byteArray()?.equals(signature) !== true) throw malformed(`the signature is not '${signature}'`);
  const values: Record<string, unknown> = {};
  for (const [name, kind] of fields) values[name] = codecs[kind].read(reader);
  reader.end();
  return values;
}

function writeBody({ head, fields }: Layout, values: object, version: ProtocolVersion): BodyWriter {
  const writer = new BodyWriter(version);
  writer.bytes(head);
  const given = values as Readonly<Record<string, unknown>>;
  for (const [name, kind] of fields) writeValue(writer, kind, given[name]);
  return writer;
}

/** The types of requests and responses say that the value is of the kind. */
function writeValue(writer: BodyWriter, kind: Kind, value: unknown): void {
  const write = codecs[kind].write as (writer: BodyWriter, value: unknown) => void;
  write(writer, value);
}
