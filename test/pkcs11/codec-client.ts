import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { ArgumentsOf, CallName, ResultsOf } from '../../pkcs11/src/codec/calls/calls.ts';
import { returnValueName } from '../../pkcs11/src/codec/constants/return-values.ts';
import { CKF, CKU } from '../../pkcs11/src/codec/constants/sessions.ts';
import { encodeFrame } from '../../pkcs11/src/codec/frame.ts';
import { FrameReader } from '../../pkcs11/src/codec/frame-reader.ts';
import { frameLimits } from '../../pkcs11/src/codec/limits.ts';
import { decodeResponse, encodeRequest, type Request } from '../../pkcs11/src/codec/messages.ts';
import { initializeHandshake, type ProtocolVersion } from '../../pkcs11/src/codec/protocol-version.ts';
import type { CkUlong } from '../../pkcs11/src/codec/ulong.ts';

/** What a call was refused with, CKR_... */
export class Refused extends Error {
  readonly returnValue: CkUlong;

  constructor(call: CallName, returnValue: CkUlong) {
    super(`${call}: ${returnValueName(returnValue)}`);
    this.returnValue = returnValue;
  }
}

const firstCode = 16;

/** A client of p11-kit's protocol that can carry what the stock client of no release can. */
export class CodecClient {
  readonly #socket: Socket;
  readonly #version: ProtocolVersion;
  readonly #waiting = new Map<number, (body: Buffer) => void>();
  #nextCode = firstCode;

  private constructor(socket: Socket, version: ProtocolVersion) {
    this.#socket = socket;
    this.#version = version;
  }

  /** Connects, says which version it speaks, and initializes. */
  static async open(path: string, version: ProtocolVersion = 2): Promise<CodecClient> {
    const socket = connect(path);
    await once(socket, 'connect');
    const client = new CodecClient(socket, version);
    const greeted = client.#listen();
    socket.write(Buffer.of(version));
    await greeted;
    await client.call('C_Initialize', { handshake: initializeHandshake, hasReserved: 0, reserved: Buffer.of(0) });
    return client;
  }

  /** @throws Refused */
  async call<N extends CallName>(call: N, given: ArgumentsOf<N>): Promise<ResultsOf<N>> {
    const body = await this.exchange(encodeRequest({ call, arguments: given } as Request, this.#version));
    const response = decodeResponse(body, this.#version);
    if (response.call === 'ERROR') throw new Refused(call, response.returnValue);
    return response.results as ResultsOf<N>;
  }

  /** Sends any bytes as a body, and gives the body that answers it. */
  exchange(body: Buffer): Promise<Buffer> {
    const code = this.#nextCode;
    this.#nextCode += 1;
    const { promise, resolve } = Promise.withResolvers<Buffer>();
    this.#waiting.set(code, resolve);
    this.#socket.write(encodeFrame({ code, options: Buffer.from('client'), body }));
    return promise;
  }

  async openSession(slot = 0, flags: number = CKF.SERIAL_SESSION | CKF.RW_SESSION): Promise<CkUlong> {
    return (await this.call('C_OpenSession', { slot, flags })).session;
  }

  async logIn(session: CkUlong, pin: string, userType: number = CKU.USER): Promise<void> {
    await this.call('C_Login', { session, userType, pin: Buffer.from(pin) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#socket, 'close');
    this.#socket.destroy();
    await closed;
  }

  #listen(): Promise<number> {
    const { promise, resolve } = Promise.withResolvers<number>();
    const reader = new FrameReader(frameLimits, {
      onHandshake: resolve,
      onFrame: ({ code, body }) => this.#waiting.get(code)?.(body),
      onRefused: (code) => this.#waiting.get(code)?.(Buffer.alloc(0)),
    });
    this.#socket.on('data', (chunk: Buffer) => reader.push(chunk));
    return promise;
  }
}
