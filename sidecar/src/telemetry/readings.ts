import { version } from '../generated/version.ts';
import type { Readings } from '../metrics/exposition.ts';
import { type Sample, single } from '../metrics/sample.ts';
import { transportOf } from '../peer.ts';
import type { Session } from '../request/context.ts';
import type { Meters } from './meters.ts';
import type { Vitals } from './vitals.ts';

/** What was counted since the process started. */
export function countedReadings(meters: Meters): Readings {
  return {
    requests: meters.requests.answers(),
    requestDuration: meters.requests.durations(),
    messagesRefused: meters.messagesRefused.samples(),
    connectionsRefused: meters.connectionsRefused.samples(),
    approvalEvents: meters.approvalEvents.samples(),
    auditSyncDuration: single(meters.auditSyncs),
    keystoreCommitDuration: single(meters.keystoreCommits),
  };
}

export function buildReadings(): Readings {
  return { build: [{ labels: [version, process.versions.node, process.versions.openssl ?? 'unknown'], value: 1 }] };
}

export function sessionReadings(sessions: ReadonlySet<Session>): Readings {
  const open = { unix: 0, websocket: 0, rest: 0 };
  let keys = 0;
  for (const { peer, keys: held } of sessions) {
    open[transportOf(peer)] += 1;
    keys += held.size;
  }
  const byTransport = Object.entries(open).map(([transport, value]) => ({ labels: [transport], value }));
  return { sessions: byTransport, sessionKeys: single(keys) };
}

/** What the parts of an unsealed sidecar say at this moment. */
export async function vitalReadings(vitals: Vitals): Promise<Readings> {
  const { gate, log, witnessing, governance, crypto, namedKeys } = vitals;
  const { cacheStatistics } = governance.policy;
  const { statistics } = namedKeys;
  return {
    requestsInFlight: single(gate.underWay),
    ...logReadings(log),
    ...(witnessing && witnessReadings(witnessing)),
    ...laneReadings(crypto.loads),
    keyCacheHits: single(statistics.hits),
    keyCacheMisses: single(statistics.misses),
    keyCacheEntries: single(statistics.entries),
    policyCacheHits: single(cacheStatistics.hits),
    policyCacheMisses: single(cacheStatistics.misses),
    ...(await storedReadings(vitals)),
  };
}

function logReadings({ size, unpublished }: Vitals['log']): Readings {
  return {
    auditRecords: single(size),
    auditUnpublishedRecords: single(unpublished.records),
    auditUnpublishedBytes: single(unpublished.bytes),
    auditCheckpointLag: single(unpublished.lagMs / 1e3),
    auditCheckpointAge: single(unpublished.ageMs / 1e3),
  };
}

function witnessReadings(witnessing: NonNullable<Vitals['witnessing']>): Readings {
  const { quorum, cosignedSize, witnesses } = witnessing.status();
  return {
    witnessQuorum: single(Number(quorum)),
    witnessesFailing: single(witnesses.filter(({ failure }) => failure !== undefined).length),
    witnessCosignedRecords: single(cosignedSize),
  };
}

function laneReadings(loads: Vitals['crypto']['loads']): Readings {
  const lanes = Object.entries(loads);
  const byLane = (read: (load: (typeof lanes)[number][1]) => number): Sample[] =>
    lanes.map(([lane, load]) => ({ labels: [lane], value: read(load) }));
  return {
    laneDepth: byLane(({ depth }) => depth),
    laneJobs: byLane(({ jobs }) => jobs),
    laneRefusals: byLane(({ refusals }) => refusals),
  };
}

/** A store that cannot be read is told of by the readiness. */
async function storedReadings({ keystore, governance }: Vitals): Promise<Readings> {
  try {
    const { stateCounter } = await keystore.mark();
    return { keystoreChanges: single(stateCounter), approvalsWaiting: single(await governance.desk.countOpen()) };
  } catch {
    return {};
  }
}
