import { SidecarError } from '../errors.ts';
import type { Limits } from '../generated/types.ts';
import type { Handler } from '../request/context.ts';

/** Version of the wire protocol that this sidecar speaks. */
const protocolVersion = 1;

export interface Greeting {
  readonly server: string;
  readonly limits: Limits;
  /** Its keys change. */
  readonly log: { readonly origin: string; readonly verifierKeys: readonly string[] };
}

export function createSystemHello({ server, limits, log }: Greeting): Handler<'system.hello'> {
  return async ({ protocol, attachments = false }, { identity, principal, session }) => {
    if (protocol !== protocolVersion)
      throw new SidecarError('version_unsupported', `${protocol}, this is ${protocolVersion}`);
    session.identity = identity;
    session.attachments = attachments;
    return {
      protocol: protocolVersion,
      server,
      session: session.id,
      principal,
      attachments,
      limits,
      log: { origin: log.origin, keys: [...log.verifierKeys] },
    };
  };
}
