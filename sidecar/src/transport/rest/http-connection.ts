import { hash } from 'node:crypto';
import type { Socket } from 'node:net';
import { SidecarError } from '../../errors.ts';
import type { Ending } from '../certified-connections.ts';
import type { Peer } from '../connection.ts';
import type { Accept } from '../listener.ts';
import { type RestGreeting, RestSession } from './session.ts';

/** A proxy may send the requests of many callers through one connection. */
const sessionsPerConnection = 64;

/** One connection of HTTP, and the sessions of those who call through it. They end with it. */
export class HttpConnection implements Ending {
  readonly #socket: Socket;
  readonly #peer: Peer;
  readonly #accept: Accept;
  /** By the digest of the token; the peer alone under the empty name. */
  readonly #sessions = new Map<string, Promise<RestSession>>();
  #underWay = 0;
  #isFinishing = false;

  constructor(socket: Socket, peer: Peer, accept: Accept) {
    this.#socket = socket;
    this.#peer = peer;
    this.#accept = accept;
    socket.once('close', () => this.#closed());
  }

  /** No further request is taken: each answer says so. */
  get isFinishing(): boolean {
    return this.#isFinishing;
  }

  /** @throws SidecarError as `system.hello` does; `quota_exceeded` for too many callers at once */
  async session(greeting: RestGreeting): Promise<RestSession> {
    const name = greeting.token === undefined ? '' : hash('sha256', greeting.token, 'base64url');
    for (;;) {
      const opening = this.#sessions.get(name);
      if (opening === undefined) return this.#open(name, greeting);
      const session = await opening.catch(() => undefined);
      if (session?.isLasting) return session;
      if (this.#sessions.get(name) === opening) this.#sessions.delete(name);
      if (session?.isIdle) session.close();
    }
  }

  /** A request was read; `leave` when its answer has left. */
  enter(): void {
    this.#underWay += 1;
  }

  leave(): void {
    this.#underWay -= 1;
    if (this.#isFinishing && this.#underWay === 0) this.#socket.destroySoon();
  }

  finish(): void {
    this.#isFinishing = true;
    if (this.#underWay === 0) this.#socket.destroySoon();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #open(name: string, greeting: RestGreeting): Promise<RestSession> {
    if (this.#sessions.size >= sessionsPerConnection) await this.#makeRoom();
    const opening = RestSession.open(this.#peer, this.#accept, greeting);
    this.#sessions.set(name, opening);
    return opening;
  }

  async #makeRoom(): Promise<void> {
    for (const [name, opening] of this.#sessions) {
      const session = await opening.catch(() => undefined);
      if (session?.isIdle === false) continue;
      this.#sessions.delete(name);
      session?.close();
      return;
    }
    throw new SidecarError('quota_exceeded', `${sessionsPerConnection} callers over one connection`);
  }

  #closed(): void {
    for (const opening of this.#sessions.values()) opening.then((session) => session.close()).catch(() => undefined);
    this.#sessions.clear();
  }
}
