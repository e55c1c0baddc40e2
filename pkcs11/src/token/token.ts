import { CKR } from '../codec/constants/return-values.ts';
import type { ProtocolVersion } from '../codec/protocol-version.ts';
import { CryptokiRefusal } from '../codec/refusal.ts';
import type { Objects } from '../objects/objects.ts';
import type { Sidecar } from '../sidecar.ts';
import type { Login } from './login.ts';

/** One slot and its token, as one application sees it: its keys, its login, its objects. */
export class Token {
  readonly slot: number;
  readonly label: string;
  /** What the application's client can carry. */
  readonly version: ProtocolVersion;
  readonly login: Login;
  readonly objects: Objects;

  constructor(parts: Pick<Token, 'slot' | 'label' | 'version' | 'login' | 'objects'>) {
    this.slot = parts.slot;
    this.label = parts.label;
    this.version = parts.version;
    this.login = parts.login;
    this.objects = parts.objects;
  }

  /**
   * The connection to use keys with.
   *
   * @throws CryptokiRefusal CKR_USER_NOT_LOGGED_IN where a login is needed and has not been
   */
  get sidecar(): Pick<Sidecar, 'call'> {
    if (this.login.isNeeded) throw new CryptokiRefusal(CKR.USER_NOT_LOGGED_IN, 'C_Login comes first');
    return this.login.sidecar;
  }
}
