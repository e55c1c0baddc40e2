import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditEntry, openAuditLog } from '../../sidecar/src/audit/log.ts';
import { encodeRecord } from '../../sidecar/src/audit/record-encoding.ts';
import { leafHash, Tree } from '../../sidecar/src/audit/tree.ts';
import { createSeededSigner } from '../../sidecar/src/crypto/log-signer.ts';
import { createSealing } from '../../sidecar/src/crypto/sealing.ts';
import { createDigests } from '../../sidecar/src/digests.ts';
import { methodTable } from '../../sidecar/src/generated/methods.ts';
import type { Keystore } from '../../sidecar/src/keystore/keystore.ts';
import { keyOf, principalOf } from '../../sidecar/src/policy/test-request.ts';
import type { HeldKey, Trail } from '../../sidecar/src/request/context.ts';
import { recordOf } from '../../sidecar/src/request/record-fields.ts';
import { sessionOf } from '../../sidecar/src/request/test-session.ts';
import { Secret } from '../../sidecar/src/secret.ts';
import { costBetween, costOf, type ThreadCost, threadCostOf } from './audit-threads.ts';
import { runLoad } from './load.ts';
import { median } from './statistics.ts';

/** What one record costs in a process without sockets and keys, in microseconds of CPU time. */
export interface RecordCost {
  /** Collecting what it says, with the keyed digest of the message. */
  readonly fieldsUs: number;
  /** Its canonical text, its commitment to the person and their salt. */
  readonly encodingUs: number;
  /** Its place in the tree. */
  readonly hashingUs: number;
  /** Appended at 64 in flight, encoding included: each part of the process. */
  readonly appendUs: ThreadCost;
  readonly appendsPerSecond: number;
}

const concurrency = 64;
const batch = 2000;
const batches = 20;
const software = '0.0.0-bench';

export async function measureRecordCost(roundMs: number): Promise<RecordCost> {
  const key = randomBytes(32);
  const keystore = { systemSecret: async () => Secret.copy(key) } as Partial<Keystore> as Keystore;
  const digests = await createDigests(keystore, createSealing());
  const trail = signingTrail();
  const collect = (): AuditEntry => {
    const fields = recordOf(trail, digests.ofBytes);
    return { ...fields, phase: 'use', outcome: 'ok', outputBytes: 64, durationUs: 412 };
  };
  const entry = collect();
  const leaf = Buffer.from(encodeRecord(entry, Date.now(), software).text);
  const tree = new Tree();
  const costs = {
    fieldsUs: batchUs(collect),
    encodingUs: batchUs(() => encodeRecord(entry, Date.now(), software)),
    hashingUs: batchUs(() => tree.append(leafHash(leaf))),
    ...(await measureAppends(collect, roundMs)),
  };
  digests.close();
  return costs;
}

/** Median over batches, the first of which warm the code up. */
function batchUs(work: () => unknown): number {
  const times = Array.from({ length: batches }, () => {
    const before = process.threadCpuUsage();
    for (let run = 0; run < batch; run += 1) work();
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / batch;
  });
  return median(times.slice(batches / 4));
}

async function measureAppends(
  collect: () => AuditEntry,
  roundMs: number,
): Promise<Pick<RecordCost, 'appendUs' | 'appendsPerSecond'>> {
  const folder = mkdtempSync(join(tmpdir(), 'ferrohsm-bench-'));
  const entry = collect();
  try {
    const log = await openAuditLog({
      folder: join(folder, 'log'),
      origin: 'bench.example/audit',
      signers: {
        ed25519: createSeededSigner('Ed25519', randomBytes(32)),
        mlDsa44: createSeededSigner('ML-DSA-44', randomBytes(32)),
      },
      software,
      macKey: Secret.copy(randomBytes(32)),
    });
    const append = () => log.append(entry);
    await runLoad(append, concurrency, roundMs);
    await log.checkpoint();
    const before = threadCostOf(process.pid);
    const { operations, opsPerSecond } = await runLoad(append, concurrency, 2 * roundMs);
    await log.checkpoint();
    const cost = costBetween(before, threadCostOf(process.pid));
    await log.close();
    return { appendUs: costOf((part) => cost[part] / operations), appendsPerSecond: opsPerSecond };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A signature with a named key over the Unix socket, as far as its record is about it. */
function signingTrail(): Trail {
  const principal = principalOf('payments', ['Service'], 'workload');
  const resource = keyOf();
  const held = {
    scope: 'named',
    key: { algorithm: { name: 'ECDSA' } },
    resource,
    name: 'payments/signing',
    version: 1,
  };
  const params = { algorithm: { name: 'ECDSA', hash: 'SHA-256' }, key: resource.id, data: randomBytes(32) };
  return {
    call: {
      session: sessionOf(principal, { id: 'ssn_AAAAAAAAAAAAAAAAAAAAAA' }),
      method: 'subtle.sign',
      traits: methodTable['subtle.sign'],
      params,
      attachments: [],
      requestId: 1,
      receivedMs: 0,
    },
    principal,
    params,
    target: {
      id: resource.id,
      resource,
      etag: '',
      keys: new Map([[resource.id, held as unknown as HeldKey]]),
      others: [],
    },
    decision: { outcome: 'allow', policies: ['ferrohsm.service.use'], epoch: 7 } as Trail['decision'] & object,
    policyHash: randomBytes(32).toString('base64url'),
  };
}
