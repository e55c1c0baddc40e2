/** Call code, length of the options, length of the body. */
export const frameHeaderBytes = 12;

/** One call or its answer. A client matches answers by the code alone. */
export interface Frame {
  /** Chosen by the client, echoed by the server, never 0. */
  readonly code: number;
  /** From a client the name of its module, from a server nothing. */
  readonly options: Buffer;
  readonly body: Buffer;
}

export function encodeFrame({ code, options, body }: Frame): Buffer {
  const header = Buffer.allocUnsafe(frameHeaderBytes);
  writeFrameHeader(header, code, options.length, body.length);
  return Buffer.concat([header, options, body]);
}

/** To the beginning of bytes that hold the rest of the frame. */
export function writeFrameHeader(bytes: Buffer, code: number, optionBytes: number, bodyBytes: number): void {
  bytes.writeUInt32BE(code, 0);
  bytes.writeUInt32BE(optionBytes, 4);
  bytes.writeUInt32BE(bodyBytes, 8);
}
