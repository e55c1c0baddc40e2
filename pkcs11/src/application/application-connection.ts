import type { Socket } from 'node:net';
import type { Frame } from '../codec/frame.ts';
import { FrameReader } from '../codec/frame-reader.ts';
import { frameLimits } from '../codec/limits.ts';
import { refusalFrame } from '../codec/messages.ts';
import { negotiatedVersion, type ProtocolVersion } from '../codec/protocol-version.ts';
import { releaseBytes } from '../released-bytes.ts';
import { type AnsweringHearers, answer, type ReceivedRequest, readRequest, returnValueOf } from './answering.ts';
import type { Application } from './application.ts';
import { CallQueue } from './call-queue.ts';

export interface ConnectionParts {
  /** Made when the client has said what it speaks. */
  readonly createApplication: (version: ProtocolVersion) => Application;
  readonly hearers: AnsweringHearers;
}

/** Calls of one application that may be under way; beyond, its requests wait in its own socket. */
const maximumUnderWay = 64;

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
      onFrame: (frame) => this.#serve(frame),
      onRefused: (code, refusal) => this.#send(refusalFrame(code, refusal.returnValue)),
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

  #serve(frame: Frame): void {
    const application = this.#application;
    if (application === undefined) return;
    const answered = this.#answer(frame, application);
    if (answered === undefined) releaseBytes(frame.body);
    else void this.#await(answered, frame);
  }

  async #await(answered: Promise<void>, { body }: Frame): Promise<void> {
    this.#underWay += 1;
    if (this.#underWay >= maximumUnderWay) this.#socket.pause();
    await answered;
    releaseBytes(body);
    this.#underWay -= 1;
    this.#readOn();
  }

  /** @returns when the answer has left; undefined where it has already */
  #answer(frame: Frame, application: Application): void | Promise<void> {
    const { code } = frame;
    try {
      const request = readRequest(frame, application);
      return this.#queue.run(request, () => this.#reply({ code, request }, application));
    } catch (error) {
      this.#send(refusalFrame(code, returnValueOf(error, this.#parts.hearers)));
    }
  }

  #reply(received: ReceivedRequest, application: Application): void | Promise<void> {
    const answered = answer(received, application, this.#parts.hearers);
    if (!(answered instanceof Promise)) return this.#send(answered);
    return answered.then((frame) => this.#send(frame));
  }

  #send(frame: Buffer): void {
    if (this.#socket.destroyed) return;
    // It may hold what was decrypted.
    const isRoomy = this.#socket.write(frame, () => releaseBytes(frame));
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
