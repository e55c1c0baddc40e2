import type { ProtocolVersion } from '../codec/protocol-version.ts';
import { Objects } from '../objects/objects.ts';
import { Sessions } from '../session/sessions.ts';
import type { Connect } from '../sidecar.ts';
import { Login } from '../token/login.ts';
import { Slots } from '../token/slots.ts';
import { Token } from '../token/token.ts';

/** Keys that one slot shows: those whose names begin alike. */
export interface Collection {
  /** '' for all keys, else it ends with a slash. */
  readonly prefix: string;
  /** CKA_LABEL of the token, at most 32 bytes. */
  readonly label: string;
}

export interface ApplicationOptions {
  /** Name of the socket that it came through, whose identity it has. */
  readonly socket: string;
  readonly requiresPin: boolean;
  readonly collections: readonly Collection[];
  readonly connect: Connect;
}

/** One application: a connection of the stock client, with its sessions and logins. */
export class Application {
  /** What its client offered. */
  readonly version: ProtocolVersion;
  readonly slots: Slots;
  readonly sessions = new Sessions();

  constructor(version: ProtocolVersion, options: ApplicationOptions) {
    this.version = version;
    this.slots = new Slots(options.collections.map((collection, slot) => tokenOf(slot, collection, version, options)));
  }

  /** Session keys end with the connections to the sidecar. */
  async close(): Promise<void> {
    for (const { login } of this.slots.tokens) await login.close();
  }
}

function tokenOf(
  slot: number,
  { prefix, label }: Collection,
  version: ProtocolVersion,
  options: ApplicationOptions,
): Token {
  const login = new Login(options);
  return new Token({ slot, label, version, login, objects: new Objects({ login, collection: prefix }) });
}
