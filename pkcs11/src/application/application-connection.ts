import type { Socket } from 'node:net';
import { encodeFrame, type Frame } from '../codec/frame.ts';
import { FrameReader } from '../codec/frame-reader.ts';
import { frameLimits } from '../codec/limits.ts';
import { encodeRefusal } from '../codec/messages.ts';
import { negotiatedVersion, type ProtocolVersion } from '../codec/protocol-version.ts';
import { releaseBytes } from '../released-bytes.ts';
import { type AnsweringHearers, answer, readRequest, returnValueOf } from './answering.ts';
import type { Application } from './application.ts';
import { CallQueue } from './call-queue.ts';

export interface ConnectionParts {
  /** Made when the client has said what it speaks. */
  readonly createApplication: (version: ProtocolVersion) => Application;
  readonly hearers: AnsweringHearers;
}

/** Calls of one application that may be under way; beyond, its requests wait in its own socket. */
const maximumUnderWay = 64;

const noOptions = Buffer.alloc(0);

/**
 * A connection of the stock client. It is never hung up on for what it sends: the client would end its application by
 * SIGPIPE. What cannot be understood is answered with a return value.
 */
export class ApplicationConnection {
  readonly #socket: Socket;
  readonly #parts: ConnectionParts;
  readonly #queue = new CallQueue();
  readonly #reader: FrameReader;
  #application: Application | undefined;
  #underWay = 0;

  constructor(socket: Socket, parts: ConnectionParts) {
    this.#socket = socket;
    this.#parts = parts;
    this.#reader = new FrameReader(frameLimits, {
      onHandshake: (offered) => this.#greet(negotiatedVersion(offered)),
      onFrame: (frame) => void this.#serve(frame),
      onRefused: (code, refusal) => this.#send(code, encodeRefusal(refusal.returnValue)),
    });
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('drain', () => this.#readOn());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => void this.#end());
  }

  #take(chunk: Buffer): void {
    this.#reader.push(chunk);
    // A request may hold a PIN or plaintext.
    chunk.fill(0);
  }

  #greet(version: ProtocolVersion): void {
    this.#application = this.#parts.createApplication(version);
    this.#socket.write(Buffer.of(version));
  }

  async #serve(frame: Frame): Promise<void> {
    const application = this.#application;
    if (application === undefined) return;
    this.#underWay += 1;
    if (this.#underWay >= maximumUnderWay) this.#socket.pause();
    await this.#answer(frame, application);
    releaseBytes(frame.body);
    this.#underWay -= 1;
    this.#readOn();
  }

  async #answer(frame: Frame, application: Application): Promise<void> {
    const { hearers } = this.#parts;
    try {
      const request = readRequest(frame, application);
      await this.#queue.run(request, async () => {
        this.#send(frame.code, await answer(request, application, hearers));
      });
    } catch (error) {
      this.#send(frame.code, encodeRefusal(returnValueOf(error, hearers)));
    }
  }

  #send(code: number, body: Buffer): void {
    if (this.#socket.destroyed) return;
    const isRoomy = this.#socket.write(encodeFrame({ code, options: noOptions, body }));
    if (!isRoomy) this.#socket.pause();
  }

  #readOn(): void {
    if (!this.#socket.writableNeedDrain && this.#underWay < maximumUnderWay) this.#socket.resume();
  }

  async #end(): Promise<void> {
    this.#reader.stop();
    const application = this.#application;
    this.#application = undefined;
    await application?.close();
  }
}
