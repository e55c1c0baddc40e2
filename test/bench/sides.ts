import { inProcessOperations } from './in-process-backend.ts';
import { operationIds } from './operations.ts';
import { bareOperations } from './peers/bare-backend.ts';
import { startBareServer } from './peers/bare-server-process.ts';
import { startHttpServer } from './peers/http-server-process.ts';
import { isInstalled, pkcs11Version, sshVersion } from './peers/installed.ts';
import { openPkcs11Side } from './peers/pkcs11-side.ts';
import { clientModule, softHsmModule } from './peers/pkcs11-token.ts';
import { startSshAgent } from './peers/ssh-agent-server.ts';
import { openSide, type Side } from './side.ts';
import { buffered, durable, startServer, withoutLog, withSlowSync } from './sidecar-server.ts';

/** Who takes part, and in what. */
export interface SideKind {
  /** What `--sides` calls it. */
  readonly id: string;
  readonly title: string;
  readonly operations: readonly string[];
  /** Greatest number of operations in flight: a peer with a process for each gets no more than it was made for. */
  readonly mostInFlight: number;
  /** What it needs that this machine lacks; undefined where it can take part. */
  readonly lacks: () => string | undefined;
  /** Its version where it is not of this repository. */
  readonly version?: () => string;
  readonly open: () => Promise<Side>;
}

const everywhere = { mostInFlight: Number.POSITIVE_INFINITY, lacks: () => undefined };
const keyOperationIds = operationIds.filter((id) => id !== 'no-op');

/** What a durable answer waits for, measured in the same rounds. */
export const disk = 'disk';

/** The sides of one run, in the order of the table. */
export const sideKinds: readonly SideKind[] = Object.freeze([
  {
    ...everywhere,
    id: 'in-process',
    title: 'node:crypto in process',
    operations: inProcessOperations,
    open: () => openSide('in-process'),
  },
  {
    id: disk,
    title: 'one write and fdatasync',
    operations: ['p256'],
    mostInFlight: 1,
    lacks: () => undefined,
    open: () => openSide('disk'),
  },
  {
    ...everywhere,
    id: 'bare',
    title: 'node:crypto behind a socket, nothing else',
    operations: bareOperations,
    open: async () => openSide('bare', await startBareServer('volatile')),
  },
  {
    ...everywhere,
    id: 'bare-durable',
    title: 'the same, one sync for all that wait',
    operations: bareOperations,
    open: async () => openSide('bare', await startBareServer('durable')),
  },
  {
    ...everywhere,
    id: 'durable',
    title: 'FerroHSM, durable audit',
    operations: operationIds,
    open: async () => openSide('named-keys', await startServer(durable)),
  },
  {
    ...everywhere,
    id: 'buffered',
    title: 'FerroHSM, session keys, audit not waited for',
    operations: keyOperationIds,
    open: async () => openSide('session-keys', await startServer(buffered)),
  },
  {
    ...everywhere,
    id: 'no-audit',
    title: 'FerroHSM without its log',
    operations: operationIds,
    open: async () => openSide('named-keys', await startServer(withoutLog)),
  },
  ...[1, 5].map((delayMs) => ({
    ...everywhere,
    id: `delayed-${delayMs}`,
    title: `FerroHSM, durable audit, ${delayMs} ms more for each sync`,
    operations: ['p256', 'ml-dsa-65'],
    open: async () => openSide('named-keys', await startServer(withSlowSync(delayMs))),
  })),
  {
    id: 'p11-kit',
    title: 'SoftHSM2 through p11-kit server',
    operations: ['p256'],
    mostInFlight: 64,
    lacks: lacksPkcs11,
    version: pkcs11Version,
    open: openPkcs11Side,
  },
  {
    ...everywhere,
    id: 'ssh-agent',
    title: 'ssh-agent',
    operations: ['p256', 'ed25519'],
    lacks: () => (isInstalled('ssh-agent') ? undefined : 'ssh-agent (Debian: openssh-client)'),
    version: sshVersion,
    open: async () => openSide('ssh-agent', await startSshAgent()),
  },
  {
    ...everywhere,
    id: 'http',
    title: 'HTTP and JSON, fdatasync for each',
    operations: ['p256', 'ed25519'],
    open: async () => openSide('http', await startHttpServer()),
  },
]);

export const sideIds: readonly string[] = sideKinds.map(({ id }) => id);

export function sideTitle(sideId: string): string {
  return sideKinds.find(({ id }) => id === sideId)?.title ?? sideId;
}

function lacksPkcs11(): string | undefined {
  if (softHsmModule === undefined) return 'SoftHSM2 (Debian: softhsm2)';
  if (clientModule === undefined || !isInstalled('p11-kit')) return 'p11-kit server (Debian: p11-kit, p11-kit-modules)';
  return isInstalled('cc') ? undefined : 'a C compiler for its client (Debian: gcc, libc6-dev)';
}
