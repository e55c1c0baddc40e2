import { SidecarError } from '../errors.ts';
import type { Limits, SystemHelloParams, SystemHelloResult } from '../generated/types.ts';
import type { Execution } from '../request/context.ts';

/** Version of the wire protocol that this sidecar speaks. */
const protocolVersion = 1;

export interface Greeting {
  readonly server: string;
  readonly limits: Limits;
  /** Its keys change. */
  readonly log: { readonly origin: string; readonly verifierKeys: readonly string[] };
}

/** What it needs of an execution; while the sidecar is sealed there is no more. */
export type Greet = (
  params: SystemHelloParams,
  execution: Pick<Execution, 'identity' | 'principal' | 'session'>,
) => Promise<SystemHelloResult>;

export function createSystemHello({ server, limits, log }: Greeting): Greet {
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
