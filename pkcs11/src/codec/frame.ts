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
  header.writeUInt32BE(code, 0);
  header.writeUInt32BE(options.length, 4);
  header.writeUInt32BE(body.length, 8);
  return Buffer.concat([header, options, body]);
}
