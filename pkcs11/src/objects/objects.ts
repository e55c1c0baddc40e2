import type { Key } from '@ferrohsm/sdk';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { CkUlong } from '../codec/ulong.ts';
import type { Session } from '../session/session.ts';
import type { Login } from '../token/login.ts';
import type { Attributes } from './attributes.ts';
import { Handles } from './handles.ts';
import { matches } from './matching.ts';
import { createdKeyObject, type KeyMaking } from './session-key-objects.ts';
import { TokenListing } from './token-listing.ts';
import { type HeldKey, isPrivate, type TokenObject } from './token-object.ts';

export interface ObjectsOptions {
  readonly login: Login;
  /** What the names of the keys begin with. */
  readonly collection: string;
}

/** The objects of one token, as one application sees them: those of the sidecar and those of its own sessions. */
export class Objects {
  readonly collection: string;
  readonly #login: Login;
  readonly #listing: TokenListing;
  readonly #handles = new Handles();
  #onToken = new Map<string, TokenObject>();
  readonly #ofSessions = new Map<string, { readonly object: TokenObject; readonly session: Session }>();

  constructor({ login, collection }: ObjectsOptions) {
    this.#login = login;
    this.collection = collection;
    this.#listing = new TokenListing(collection);
  }

  /** @throws CryptokiRefusal as `refusal`: CKR_OBJECT_HANDLE_INVALID, CKR_KEY_HANDLE_INVALID ... */
  get(handle: CkUlong, refusal: number = CKR.OBJECT_HANDLE_INVALID): TokenObject {
    const object = this.#known(this.#handles.identity(handle));
    if (object !== undefined && this.#isShown(object)) return object;
    throw new CryptokiRefusal(refusal, 'no such object');
  }

  /** Handles of all objects that have what the template names. */
  async find(wanted: Attributes): Promise<readonly number[]> {
    await this.refresh();
    const all = [...this.#onToken.values(), ...[...this.#ofSessions.values()].map(({ object }) => object)];
    const found = all.filter((object) => this.#isShown(object) && matches(object.attributes, wanted));
    return found.map(({ identity }) => this.#handles.of(identity));
  }

  /** Looks at the sidecar again. */
  async refresh(): Promise<void> {
    const listed = await this.#listing.list(this.#login.sidecar);
    this.#onToken = new Map(listed.map((object) => [object.identity, object]));
  }

  /** An object that the sidecar has just been given, or one of a session. */
  add(object: TokenObject, session?: Session): number {
    if (session === undefined) this.#onToken.set(object.identity, object);
    else this.#ofSessions.set(object.identity, { object, session });
    return this.#handles.of(object.identity);
  }

  /** A key that the sidecar has made for this session, with what its template says. */
  addSessionKey(session: Session, key: Key, template: Attributes, making: KeyMaking): number {
    return this.add(createdKeyObject(key, template, making), session);
  }

  /** In the place of the object of the same identity. */
  replace(object: TokenObject): void {
    const ofSession = this.#ofSessions.get(object.identity);
    this.add(object, ofSession?.session);
  }

  async remove({ identity, key }: TokenObject): Promise<void> {
    this.#onToken.delete(identity);
    const isOfSession = this.#ofSessions.delete(identity);
    this.#handles.forget(identity);
    if (isOfSession && key !== undefined) await this.#release([key]);
  }

  isOfSession({ identity }: TokenObject): boolean {
    return this.#ofSessions.has(identity);
  }

  /** Objects of a session end with it. */
  async forgetSession(session: Session): Promise<void> {
    const objects = [...this.#ofSessions.values()].filter((of) => of.session === session).map(({ object }) => object);
    for (const { identity } of objects) {
      this.#ofSessions.delete(identity);
      this.#handles.forget(identity);
    }
    await this.#release(objects.flatMap(({ key }) => key ?? []));
  }

  /** What ends with a login: private objects of sessions, and whatever else of their keys lives in its connection. */
  async forgetLogin(): Promise<void> {
    const { sidecar } = this.#login;
    const endsWithLogin = (object: TokenObject) => isPrivate(object) || object.key?.holder === sidecar;
    const objects = [...this.#ofSessions.values()].map(({ object }) => object).filter(endsWithLogin);
    for (const object of objects) await this.remove(object);
  }

  #known(identity: string | undefined): TokenObject | undefined {
    if (identity === undefined) return undefined;
    return this.#ofSessions.get(identity)?.object ?? this.#onToken.get(identity);
  }

  #isShown(object: TokenObject): boolean {
    return !this.#login.isNeeded || !isPrivate(object);
  }

  /** What cannot be released now ends with the connection. */
  async #release(keys: readonly HeldKey[]): Promise<void> {
    for (const [holder, held] of Map.groupBy(keys, ({ holder }) => holder ?? this.#login.sidecar)) {
      const handles = [...new Set(held.map(({ handle }) => handle))];
      for (let from = 0; from < handles.length; from += releasedAtOnce) {
        const some = handles.slice(from, from + releasedAtOnce) as [string, ...string[]];
        await holder.call('session.release', { handles: some }).catch(() => undefined);
      }
    }
  }
}

const releasedAtOnce = 1000;
