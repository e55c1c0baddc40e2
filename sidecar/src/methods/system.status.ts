import type { AuditLog } from '../audit/log.ts';
import type { Readiness, SystemStatusResult, UnsealProgress } from '../generated/types.ts';
import { version } from '../generated/version.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { PolicyEngine } from '../policy/engine.ts';
import type { Handler } from '../request/context.ts';
import type { NextShares } from '../seal/next-shares.ts';

export interface StatusSources {
  readonly startedAt: number;
  readonly now: () => number;
  readonly keystore: Keystore;
  readonly log: AuditLog;
  readonly witnessing: { status(): NonNullable<SystemStatusResult['witnesses']> } | undefined;
  readonly nextShares: Pick<NextShares, 'progress'> | undefined;
  readonly policy: PolicyEngine;
  readonly sessionCount: () => number;
  readonly readiness: { read(): Promise<Readiness> };
}

export function createSystemStatus(sources: StatusSources): Handler<'system.status'> {
  const { startedAt, now, keystore, log, witnessing, nextShares, policy, sessionCount, readiness } = sources;
  return async () => ({
    ...processFacts({ startedAt, now }),
    state: 'ready' as const,
    sealed: false,
    readiness: await readiness.read(),
    keys: await keystore.count(),
    sessions: sessionCount(),
    policyEpoch: policy.epoch,
    log: { origin: log.origin, size: log.size },
    ...(witnessing !== undefined && { witnesses: witnessing.status() }),
    ...nextOf(nextShares?.progress),
  });
}

function nextOf(next: UnsealProgress | undefined) {
  return next === undefined ? {} : { next };
}

/** What a sidecar can say of itself in every state. */
export function processFacts({ startedAt, now }: Pick<StatusSources, 'startedAt' | 'now'>) {
  return {
    version,
    node: process.versions.node,
    openssl: process.versions.openssl ?? 'unknown',
    startedAt,
    uptimeMs: now() - startedAt,
    residentBytes: process.memoryUsage.rss(),
  };
}
