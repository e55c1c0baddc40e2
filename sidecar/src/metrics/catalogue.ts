/** `info` tells by its labels; its value is always 1. */
export type MetricType = 'counter' | 'gauge' | 'histogram' | 'info';

/** What a metric is, whatever its values. */
export interface Metric {
  /** As Prometheus names it: a counter ends in `_total`, an info in `_info`. */
  readonly name: string;
  readonly type: MetricType;
  readonly labels: readonly string[];
  readonly help: string;
}

function metric(type: MetricType, name: string, help: string, labels: readonly string[] = []): Metric {
  return Object.freeze({ name, type, labels: Object.freeze(labels), help });
}

/**
 * Every metric that there is, in the order in which they are told. Labels are of small closed sets: never a name of a
 * key or a principal, because whoever may read the metrics need not know them.
 */
export const catalogue = Object.freeze({
  build: metric('info', 'ferrohsm_build_info', 'Versions of the sidecar, of Node and of OpenSSL.', [
    'version',
    'node',
    'openssl',
  ]),
  ready: metric('gauge', 'ferrohsm_ready', 'Whether /readyz answers 200: 1 or 0.'),
  sealed: metric('gauge', 'ferrohsm_sealed', 'Whether there is no root key in memory: 1 or 0.'),

  requests: metric(
    'counter',
    'ferrohsm_requests_total',
    'Requests that were answered, by method and by "ok" or the code of the refusal.',
    ['method', 'code'],
  ),
  requestDuration: metric(
    'histogram',
    'ferrohsm_request_duration_seconds',
    'From the arrival of a request to its recorded answer.',
    ['method'],
  ),
  requestsInFlight: metric('gauge', 'ferrohsm_requests_in_flight', 'Requests that are not answered yet.'),
  messagesRefused: metric(
    'counter',
    'ferrohsm_messages_refused_total',
    'Messages that were refused before they became a request, by code.',
    ['code'],
  ),

  sessions: metric('gauge', 'ferrohsm_sessions', 'Open connections, by transport.', ['transport']),
  sessionKeys: metric('gauge', 'ferrohsm_session_keys', 'Unnamed keys that open connections hold.'),
  connectionsRefused: metric(
    'counter',
    'ferrohsm_connections_refused_total',
    'Connections that were refused before their first message, by transport and reason: limit, peer, tls, certificate, host, origin, path.',
    ['transport', 'reason'],
  ),

  approvalsWaiting: metric(
    'gauge',
    'ferrohsm_approvals_waiting',
    'Held operations: requests for approval that are open.',
  ),
  approvalEvents: metric(
    'counter',
    'ferrohsm_approval_events_total',
    'Steps of approvals and of emergency sessions, by kind.',
    ['kind'],
  ),

  auditRecords: metric(
    'counter',
    'ferrohsm_audit_records_total',
    'Records of the log that are on stable storage, from its first one on.',
  ),
  auditUnpublishedRecords: metric(
    'gauge',
    'ferrohsm_audit_unpublished_records',
    'Records that no checkpoint covers yet.',
  ),
  auditUnpublishedBytes: metric(
    'gauge',
    'ferrohsm_audit_unpublished_bytes',
    'Bytes of the records that no checkpoint covers yet.',
  ),
  auditCheckpointLag: metric(
    'gauge',
    'ferrohsm_audit_checkpoint_lag_seconds',
    'Age of the oldest record that no checkpoint covers yet; 0 where there is none.',
  ),
  auditCheckpointAge: metric(
    'gauge',
    'ferrohsm_audit_checkpoint_age_seconds',
    'Time since the last checkpoint of this process; it grows while nothing is recorded.',
  ),
  auditSyncDuration: metric(
    'histogram',
    'ferrohsm_audit_sync_duration_seconds',
    'Write and sync of one block of records.',
  ),

  witnessQuorum: metric(
    'gauge',
    'ferrohsm_witness_quorum',
    'Whether enough witnesses have cosigned lately: 1 or 0. Absent without a witness policy.',
  ),
  witnessesFailing: metric(
    'gauge',
    'ferrohsm_witnesses_failing',
    'Witnesses whose last answer was a failure or a refusal. Absent without a witness policy.',
  ),
  witnessCosignedRecords: metric(
    'gauge',
    'ferrohsm_witness_cosigned_records',
    'Records under the last checkpoint that enough witnesses cosigned. Absent without a witness policy.',
  ),

  traceSpansDropped: metric(
    'counter',
    'ferrohsm_trace_spans_dropped_total',
    'Spans that the collector did not take. Absent without traces.',
  ),

  laneDepth: metric('gauge', 'ferrohsm_lane_depth', 'Operations that wait or run, by lane: batch, slow.', ['lane']),
  laneJobs: metric('counter', 'ferrohsm_lane_jobs_total', 'Operations that were given to a lane.', ['lane']),
  laneRefusals: metric('counter', 'ferrohsm_lane_refusals_total', 'Operations that a full lane refused.', ['lane']),

  keyCacheHits: metric('counter', 'ferrohsm_key_cache_hits_total', 'Uses of named keys that were open.'),
  keyCacheMisses: metric(
    'counter',
    'ferrohsm_key_cache_misses_total',
    'Uses of named keys that had to be opened first, or do not exist.',
  ),
  keyCacheEntries: metric('gauge', 'ferrohsm_key_cache_entries', 'Named keys that are open.'),

  policyCacheHits: metric(
    'counter',
    'ferrohsm_policy_cache_hits_total',
    'Decisions of the policy that were remembered.',
  ),
  policyCacheMisses: metric('counter', 'ferrohsm_policy_cache_misses_total', 'Decisions of the policy that were made.'),

  keystoreChanges: metric(
    'counter',
    'ferrohsm_keystore_changes_total',
    'Changes of the keystore since it was made; several share a commit.',
  ),
  keystoreCommitDuration: metric(
    'histogram',
    'ferrohsm_keystore_commit_duration_seconds',
    'Durable commits of the keystore.',
  ),
  stateFreeBytes: metric(
    'gauge',
    'ferrohsm_state_free_bytes',
    'Bytes that the sidecar may still write to the disk of its state folder.',
  ),

  eventLoopDelay: metric(
    'gauge',
    'ferrohsm_event_loop_delay_seconds',
    'How late the event loop was, by quantile, since the last scrape.',
    ['quantile'],
  ),
  cpu: metric('counter', 'process_cpu_seconds_total', 'Processor time, of user and system.'),
  residentMemory: metric('gauge', 'process_resident_memory_bytes', 'Resident memory.'),
  openDescriptors: metric('gauge', 'process_open_fds', 'Open file descriptors. Linux only.'),
  maxDescriptors: metric('gauge', 'process_max_fds', 'Most file descriptors that may be open. Linux only.'),
  startTime: metric('gauge', 'process_start_time_seconds', 'When the process started, in seconds since 1970.'),
} satisfies Record<string, Metric>);

export type MetricName = keyof typeof catalogue;
