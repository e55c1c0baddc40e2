import type { Secret } from '../secret.ts';
import type { Binding, Envelope, SealedSecret } from './envelope.ts';

/** A secret of the installation itself, at rest. */
export interface StoredSystemSecret {
  /** Milliseconds since 1970. */
  readonly createdAt: number;
  readonly sealed: SealedSecret;
}

export function sealSystemSecret(
  envelope: Envelope,
  name: string,
  secret: Secret,
  createdAt: number,
): StoredSystemSecret {
  return { createdAt, sealed: envelope.seal(secret, systemBinding(name, createdAt)) };
}

export function openSystemSecret(envelope: Envelope, name: string, stored: StoredSystemSecret): Secret {
  return envelope.open(stored.sealed, systemBinding(name, stored.createdAt));
}

/** What the secret of that name belongs to. */
export function systemBinding(name: string, createdAt: number): Binding {
  const system = { system: name, createdAt };
  return { fixed: system, full: system };
}
