import { encodeFrame, type Frame } from '../../pkcs11/src/codec/frame.ts';
import { FrameReader } from '../../pkcs11/src/codec/frame-reader.ts';
import { frameLimits } from '../../pkcs11/src/codec/limits.ts';
import {
  decodeRequest,
  decodeResponse,
  encodeRefusal,
  encodeRequest,
  encodeResponse,
  type RefusedResponse,
  type Request,
  type Response,
} from '../../pkcs11/src/codec/messages.ts';
import { negotiatedVersion, type ProtocolVersion } from '../../pkcs11/src/codec/protocol-version.ts';
import type { Recording } from './recorder.ts';

/** One side of a connection: what it said, and the bytes that the codec makes of that. */
interface ReadSide<M> {
  readonly version: ProtocolVersion;
  readonly messages: readonly M[];
  readonly encoded: Buffer;
}

/** How the messages of one side are read and written. */
interface Side<M> {
  readonly decode: (body: Buffer, version: ProtocolVersion) => M;
  readonly encode: (message: M, version: ProtocolVersion) => Buffer;
}

const clientSide: Side<Request> = { decode: decodeRequest, encode: encodeRequest };

const serverSide: Side<Response | RefusedResponse> = {
  decode: decodeResponse,
  encode: (message, version) =>
    message.call === 'ERROR' ? encodeRefusal(message.returnValue) : encodeResponse(message, version),
};

export function readClient(recording: Recording): ReadSide<Request> {
  return readSide(recording.client, clientSide);
}

export function readServer(recording: Recording): ReadSide<Response | RefusedResponse> {
  return readSide(recording.server, serverSide);
}

function readSide<M>(chunks: readonly Buffer[], { decode, encode }: Side<M>): ReadSide<M> {
  const messages: M[] = [];
  const encoded: Buffer[] = [];
  let version: ProtocolVersion = 0;
  const reader = new FrameReader(frameLimits, {
    onHandshake(offered) {
      version = negotiatedVersion(offered);
      encoded.push(Buffer.of(offered));
    },
    onFrame(frame: Frame) {
      const message = decode(frame.body, version);
      messages.push(message);
      encoded.push(encodeFrame({ ...frame, body: encode(message, version) }));
    },
    onRefused(_, refusal) {
      throw refusal;
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  return { version, messages, encoded: Buffer.concat(encoded) };
}
