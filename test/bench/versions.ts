import { version } from '../../sidecar/src/generated/version.ts';
import type { SideKind } from './sides.ts';

/** Versions by name: what is measured here, and each peer that takes part. */
export type Versions = Readonly<Record<string, string>>;

export function versionsOf(kinds: readonly SideKind[]): Versions {
  const peers = kinds.flatMap(({ title, version: ask }) => (ask === undefined ? [] : [[title, ask()] as const]));
  return {
    FerroHSM: version,
    Node: process.versions.node,
    OpenSSL: process.versions.openssl ?? 'unknown',
    ...Object.fromEntries(peers),
  };
}

export function versionsText(versions: Versions): string {
  return Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}
