import { randomInt } from 'node:crypto';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import type { Token } from '../token/token.ts';
import { Session } from './session.ts';

/** Sessions of one application at once. */
export const maximumSessions = 1024;

/** The open sessions of one application. Handles begin anywhere, so that one of another connection is hardly one here. */
export class Sessions {
  readonly #sessions = new Map<CkUlong, Session>();
  #nextHandle = randomInt(1, 2 ** 40);

  /** @throws CryptokiRefusal CKR_SESSION_COUNT, CKR_SESSION_READ_WRITE_SO_EXISTS */
  open(token: Token, isReadWrite: boolean): Session {
    if (this.#sessions.size >= maximumSessions) throw new CryptokiRefusal(CKR.SESSION_COUNT, 'too many sessions');
    if (!isReadWrite && token.login.role === 'officer') {
      throw new CryptokiRefusal(CKR.SESSION_READ_WRITE_SO_EXISTS, 'the security officer works in read-write sessions');
    }
    const session = new Session(this.#nextHandle, token, isReadWrite);
    this.#nextHandle += 1;
    this.#sessions.set(session.handle, session);
    return session;
  }

  /** @throws CryptokiRefusal CKR_SESSION_HANDLE_INVALID */
  get(handle: CkUlong): Session {
    const session = this.#sessions.get(handle);
    if (session === undefined) throw new CryptokiRefusal(CKR.SESSION_HANDLE_INVALID, 'no such session');
    return session;
  }

  of(token: Token): readonly Session[] {
    return [...this.#sessions.values()].filter((session) => session.token === token);
  }

  /** Its objects go with it, and with the last session of a token its login. */
  async close(session: Session): Promise<void> {
    this.#sessions.delete(session.handle);
    session.operations.endAll();
    await session.token.objects.forgetSession(session);
    if (this.of(session.token).length === 0) await session.token.login.logOut();
  }

  async closeAll(token: Token): Promise<void> {
    for (const session of this.of(token)) await this.close(session);
  }
}
