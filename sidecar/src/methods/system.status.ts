import type { AuditLog } from '../audit/log.ts';
import type { SystemStatusResult } from '../generated/types.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { PolicyEngine } from '../policy/engine.ts';
import type { Handler } from '../request/context.ts';

export interface StatusSources {
  readonly version: string;
  readonly startedAt: number;
  readonly now: () => number;
  readonly keystore: Keystore;
  readonly log: AuditLog;
  readonly witnessing: { status(): NonNullable<SystemStatusResult['witnesses']> } | undefined;
  readonly policy: PolicyEngine;
  readonly sessionCount: () => number;
}

export function createSystemStatus(sources: StatusSources): Handler<'system.status'> {
  const { version, startedAt, now, keystore, log, witnessing, policy, sessionCount } = sources;
  return async () => ({
    version,
    node: process.versions.node,
    openssl: process.versions.openssl ?? 'unknown',
    state: 'ready' as const,
    startedAt,
    uptimeMs: now() - startedAt,
    keys: await keystore.count(),
    sessions: sessionCount(),
    policyEpoch: policy.epoch,
    log: { origin: log.origin, size: log.size },
    ...(witnessing !== undefined && { witnesses: witnessing.status() }),
    residentBytes: process.memoryUsage.rss(),
  });
}
