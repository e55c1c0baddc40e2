import type { ProtocolVersion } from '../codec/protocol-version.ts';
import type { Sessions } from '../session/sessions.ts';
import type { Slots } from '../token/slots.ts';

/** One application: a connection of the stock client, with its sessions and logins. */
export interface Application {
  /** What its client offered. */
  readonly version: ProtocolVersion;
  readonly slots: Slots;
  readonly sessions: Sessions;
}
