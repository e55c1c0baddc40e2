import { version } from './generated/version.ts';
import type { Greeting } from './methods/system.hello.ts';
import { defaultLimits } from './transport/connection.ts';

/** What `system.hello` answers of the sidecar itself. */
export function greetingOf(log: Greeting['log'], sessionKeys: number): Greeting {
  const { inFlight, messageBytes, attachmentBytes, attachments, depth, batch } = defaultLimits;
  const limits = { messageBytes, attachmentBytes, attachments, depth, batch, inFlight, sessionKeys };
  return { server: `FerroHSM/${version}`, limits, log };
}
