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
  readonly #sessions = new Map<string, RestSession | Promise<RestSession>>();
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

  /**
   * At once where the caller has been greeted over this connection before.
   *
   * @throws SidecarError as `system.hello` does; `quota_exceeded` for too many callers at once
   */
  session(greeting: RestGreeting): RestSession | Promise<RestSession> {
    const name = greeting.token === undefined ? '' : hash('sha256', greeting.token, 'base64url');
    const known = this.#sessions.get(name);
    return known instanceof RestSession && known.isLasting ? known : this.#greet(name, greeting);
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

  async #greet(name: string, greeting: RestGreeting): Promise<RestSession> {
    for (;;) {
      const found = this.#sessions.get(name);
      if (found === undefined) return this.#open(name, greeting);
      const session = await settled(found);
      if (session?.isLasting) return session;
      const now = this.#sessions.get(name);
      if (now === found || now === session) this.#sessions.delete(name);
      if (session?.isIdle) session.close();
    }
  }

  async #open(name: string, greeting: RestGreeting): Promise<RestSession> {
    if (this.#sessions.size >= sessionsPerConnection) await this.#makeRoom();
    const opening = RestSession.open(this.#peer, this.#accept, greeting);
    this.#sessions.set(name, opening);
    const session = await opening;
    if (this.#sessions.get(name) === opening) this.#sessions.set(name, session);
    return session;
  }

  async #makeRoom(): Promise<void> {
    for (const [name, found] of this.#sessions) {
      const session = await settled(found);
      if (session?.isIdle === false) continue;
      this.#sessions.delete(name);
      session?.close();
      return;
    }
    throw new SidecarError('quota_exceeded', `${sessionsPerConnection} callers over one connection`);
  }

  #closed(): void {
    for (const found of this.#sessions.values()) settled(found).then((session) => session?.close());
    this.#sessions.clear();
  }
}

/** Undefined for one that was not welcome. */
async function settled(found: RestSession | Promise<RestSession>): Promise<RestSession | undefined> {
  try {
    return await found;
  } catch {
    return undefined;
  }
}
