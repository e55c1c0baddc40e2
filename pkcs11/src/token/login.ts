import { FerroHsmError, type SystemHelloResult } from '@ferrohsm/sdk';
import { CKR } from '../codec/constants/return-values.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import { type Connect, type OpenSidecar, PatientSidecar, type Sidecar } from '../sidecar.ts';

/** CKU_USER and CKU_SO. */
export type LoginRole = 'user' | 'officer';

/** The sidecar does not know the PIN, or hears none for a while. */
export type PinRefusal = 'incorrect' | 'locked';

export interface LoginOptions {
  /** Name of the socket that the application came through. */
  readonly socket: string;
  /** Whether keys can be used only by who has logged in. */
  readonly requiresPin: boolean;
  readonly connect: Connect;
}

/**
 * Who an application is to the sidecar: by its socket, and after C_Login by its PIN as well. The PIN is the bearer token of
 * the socket's principal, for CKU_SO that of an administrator or officer, and the sidecar alone checks it.
 */
export class Login {
  readonly requiresPin: boolean;
  readonly #options: LoginOptions;
  readonly #bySocket: PatientSidecar;
  #isClosed = false;
  #refusedPin: PinRefusal | undefined;
  #byPin: { readonly role: LoginRole; readonly sidecar: OpenSidecar } | undefined;

  constructor(options: LoginOptions) {
    const { socket, connect } = options;
    this.requiresPin = options.requiresPin;
    this.#options = options;
    this.#bySocket = new PatientSidecar(() => connect({ socket }));
  }

  get role(): LoginRole | undefined {
    return this.#byPin?.role;
  }

  /** Why the last PIN of the user was not taken, until one is. */
  get refusedPin(): PinRefusal | undefined {
    return this.#refusedPin;
  }

  /** Whether a login is needed and has not been. */
  get isNeeded(): boolean {
    return this.requiresPin && this.#byPin === undefined;
  }

  get sidecar(): Pick<Sidecar, 'call'> {
    return this.#byPin?.sidecar ?? this.#bySocket;
  }

  /** As the socket alone says, whoever has logged in: what is public lives there, before a login and after it. */
  get ofSocket(): Pick<Sidecar, 'call'> {
    return this.#bySocket;
  }

  /**
   * @throws CryptokiRefusal CKR_PIN_INCORRECT, CKR_PIN_LOCKED after too many of these, CKR_USER_ALREADY_LOGGED_IN,
   *   CKR_USER_ANOTHER_ALREADY_LOGGED_IN
   */
  async logIn(role: LoginRole, pin: string): Promise<void> {
    if (this.#byPin !== undefined) throw alreadyLoggedIn(this.#byPin.role === role);
    const opened = await this.#open(role, pin);
    // Another thread was faster, or the application has gone.
    const { role: faster } = this;
    if (faster !== undefined || this.#isClosed) {
      await opened.close();
      throw alreadyLoggedIn(faster === role);
    }
    this.#byPin = { role, sidecar: opened };
  }

  /** Session keys that the login has made go with it. */
  async logOut(): Promise<void> {
    const before = this.#byPin;
    this.#byPin = undefined;
    await before?.sidecar.close();
  }

  /** What the sidecar says of itself. */
  hello(): Promise<SystemHelloResult> {
    return this.#bySocket.hello();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.logOut();
    await this.#bySocket.close();
  }

  async #open(role: LoginRole, pin: string): Promise<OpenSidecar> {
    const { socket, connect } = this.#options;
    try {
      const opened = await connect(role === 'user' ? { socket, pin } : { pin });
      if (role === 'user') this.#refusedPin = undefined;
      return opened;
    } catch (error) {
      const refusal = pinRefusal(error);
      if (refusal === undefined) throw error;
      if (role === 'user') this.#refusedPin = refusal;
      throw refusal === 'locked'
        ? new CryptokiRefusal(CKR.PIN_LOCKED, 'too many wrong PINs')
        : new CryptokiRefusal(CKR.PIN_INCORRECT, 'the sidecar does not take the PIN');
    }
  }
}

function alreadyLoggedIn(isSame: boolean): CryptokiRefusal {
  return isSame
    ? new CryptokiRefusal(CKR.USER_ALREADY_LOGGED_IN, 'a login was before')
    : new CryptokiRefusal(CKR.USER_ANOTHER_ALREADY_LOGGED_IN, 'another user is logged in');
}

function pinRefusal(error: unknown): PinRefusal | undefined {
  if (!(error instanceof FerroHsmError)) return undefined;
  // `invalid_params`: shorter than any token is.
  if (error.code === 'unauthenticated' || error.code === 'invalid_params') return 'incorrect';
  return error.code === 'rate_limited' ? 'locked' : undefined;
}
