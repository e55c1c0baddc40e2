import { BodyReader, malformed } from './body-reader.ts';
import { BodyWriter } from './body-writer.ts';
import type { Fields } from './calls/call-shape.ts';
import { type ArgumentsOf, type CallName, callOf, calls, type ResultsOf, signatureOf } from './calls/calls.ts';
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

const refusedCall = 0;
const refusedFields = { returnValue: 'u' } as const;

/**
 * @param body whose memory the arguments go on using
 * @throws CryptokiRefusal which says what to answer, whatever the bytes are
 */
export function decodeRequest(body: Buffer, version: ProtocolVersion): Request {
  const reader = new BodyReader(body, version);
  const call = readCall(reader);
  return { call, arguments: readFields(reader, calls[call].request) } as Request;
}

export function encodeRequest(request: Request, version: ProtocolVersion): Buffer {
  const { id, request: fields } = calls[request.call];
  return encodeBody(id, fields, request.arguments, version);
}

/** @throws CryptokiRefusal for what no server of this version answers */
export function decodeResponse(body: Buffer, version: ProtocolVersion): Response | RefusedResponse {
  const reader = new BodyReader(body, version);
  if (body.length >= 4 && body.readUInt32BE(0) === refusedCall) {
    reader.uint32();
    return { call: 'ERROR', ...readFields(reader, refusedFields) } as RefusedResponse;
  }
  const call = readCall(reader);
  return { call, results: readFields(reader, calls[call].response) } as Response;
}

export function encodeResponse(response: Response, version: ProtocolVersion): Buffer {
  const { id, response: fields } = calls[response.call];
  return encodeBody(id, fields, response.results, version);
}

/** @param returnValue not CKR_OK, which clients take for a broken answer */
export function encodeRefusal(returnValue: CkUlong): Buffer {
  return encodeBody(refusedCall, refusedFields, { returnValue }, 0);
}

function readCall(reader: BodyReader): CallName {
  const id = reader.uint32();
  const call = callOf(id, reader.version);
  if (call !== undefined) return call;
  throw new CryptokiRefusal(CKR.FUNCTION_NOT_SUPPORTED, `no call ${id} in version ${reader.version} of the protocol`);
}

/** The signature comes first: client and server must agree on what follows. */
function readFields(reader: BodyReader, fields: Fields): object {
  const signature = signatureOf(fields);
  if (reader.byteArray()?.equals(Buffer.from(signature, 'latin1')) !== true) {
    throw malformed(`the signature is not '${signature}'`);
  }
  const values = Object.entries(fields).map(([name, kind]) => [name, codecs[kind].read(reader)] as const);
  reader.end();
  return Object.fromEntries(values);
}

function encodeBody(id: number, fields: Fields, values: object, version: ProtocolVersion): Buffer {
  const writer = new BodyWriter(version);
  writer.uint32(id);
  writer.byteArray(Buffer.from(signatureOf(fields), 'latin1'));
  const given = new Map(Object.entries(values));
  for (const [name, kind] of Object.entries(fields)) writeValue(writer, kind, given.get(name));
  return writer.finish();
}

/** The types of requests and responses say that the value is of the kind. */
function writeValue(writer: BodyWriter, kind: Kind, value: unknown): void {
  const write = codecs[kind].write as (writer: BodyWriter, value: unknown) => void;
  write(writer, value);
}
