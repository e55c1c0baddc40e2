import { type CallFrame, pathOf } from './cpu-profile.ts';

/** What the thread that answers does for a request, in the order of its journey. */
export const stages = [
  'transport',
  'parse',
  'dispatch',
  'validate',
  'authorize',
  'limit',
  'keys',
  'crypto',
  'audit: digest',
  'audit: record',
  'audit: encode',
  'audit: journal',
  'reply',
  'garbage collection',
] as const;

export type Stage = (typeof stages)[number];

/** Code that many stages share: its time belongs to the stage that called it. */
type Shared = 'caller';

/**
 * The stage of each file below sidecar/src, by how its path begins; the longest beginning counts. Whatever a function
 * calls that is not in this table, Node and C++ included, is its own cost.
 */
const stageTable: Readonly<Record<string, Stage | Shared>> = {
  'transport/': 'transport',
  'transport/attachment-intake.ts': 'parse',
  'transport/envelope.ts': 'parse',
  'transport/frame-reader.ts': 'parse',
  'transport/json-scanner.ts': 'parse',
  'transport/line-buffer.ts': 'parse',
  'transport/member-names.ts': 'parse',
  'transport/outbox.ts': 'reply',
  'transport/released-bytes.ts': 'caller',
  'request/': 'dispatch',
  'request/approve.ts': 'authorize',
  'request/authenticate.ts': 'authorize',
  'request/authorize.ts': 'authorize',
  'request/base64url.ts': 'caller',
  'request/byte-fields.ts': 'caller',
  'request/count.ts': 'limit',
  'request/emergency.ts': 'authorize',
  'request/hold.ts': 'authorize',
  'request/intend.ts': 'audit: record',
  'request/limit.ts': 'limit',
  'request/locate': 'keys',
  'request/member-at.ts': 'caller',
  'request/openers-of.ts': 'authorize',
  'request/possible.ts': 'authorize',
  'request/record': 'audit: record',
  'request/refusal-window.ts': 'audit: record',
  'request/renew.ts': 'authorize',
  'request/reply.ts': 'reply',
  'request/state-rule.ts': 'keys',
  'request/validate.ts': 'validate',
  'request/wrapp': 'keys',
  'generated/': 'caller',
  'generated/record-encoders.ts': 'audit: encode',
  'generated/validators.js': 'validate',
  'approval/': 'authorize',
  'governance/': 'authorize',
  'identity/': 'authorize',
  'policy/': 'authorize',
  'limits/': 'limit',
  'usage/': 'limit',
  'keys/': 'keys',
  'keystore/': 'keys',
  'lifecycle/': 'keys',
  'methods/': 'dispatch',
  'backup/': 'dispatch',
  'backups/': 'dispatch',
  'seal/': 'dispatch',
  'telemetry/': 'dispatch',
  'pkcs11-objects/': 'dispatch',
  'traces/': 'dispatch',
  'metrics/': 'dispatch',
  'operator-log/': 'dispatch',
  'files/': 'caller',
  'root-key/': 'caller',
  'flow.ts': 'dispatch',
  'listeners.ts': 'dispatch',
  'sidecar.ts': 'dispatch',
  'crypto/': 'crypto',
  'crypto/sealing.ts': 'caller',
  'digests.ts': 'audit: digest',
  'audit/': 'audit: journal',
  'audit/canonical-text.ts': 'audit: encode',
  'audit/personal.ts': 'audit: encode',
  'audit/record-encoding.ts': 'audit: encode',
  'log/': 'audit: record',
  'witness/': 'audit: journal',
};

const source = 'sidecar/src/';
const longestFirst = Object.entries(stageTable).toSorted(([a], [b]) => b.length - a.length);

/** Sockets call the transport from here, and here writes end. */
const streamCode = /^node:(net|internal\/(stream_base_commons|streams\/))/;
/** C++ functions of node:fs in which the log waits for the disk when it writes in place. */
const waitingCalls = /^(writeBuffer|fdatasync|fsync)$/;
/** Waits for the disk in COMMIT, which a profile does not tell from the function that calls it. */
const commitCode = { path: 'sidecar/src/keystore/storage/sqlite-storage.ts', functionName: '#transact' };

/**
 * The stage that a function works for: that of the nearest function of the sidecar. Undefined for the rest: idleness,
 * waiting for the disk, and what Node does for nobody in particular.
 *
 * @param stack the function, its caller and so on
 */
export function stageOf(stack: readonly CallFrame[]): Stage | undefined {
  const innermost = stack[0] as CallFrame;
  if (innermost.functionName === '(garbage collector)') return 'garbage collection';
  const stage = stack.map(stageOfFile).find((candidate) => candidate !== undefined && candidate !== 'caller');
  if (isWaiting(innermost, stage)) return undefined;
  if (stage !== undefined) return stage as Stage;
  return stack.some(({ url }) => streamCode.test(url)) ? 'transport' : undefined;
}

function isWaiting(innermost: CallFrame, stage: Stage | Shared | undefined): boolean {
  if (stage === 'audit: journal') return waitingCalls.test(innermost.functionName);
  return innermost.functionName === commitCode.functionName && pathOf(innermost) === commitCode.path;
}

/**
 * What the table says of the function's own file; files beside the folders are shared unless it names them. Undefined for
 * what is not of the sidecar, and for a folder that the table lacks.
 */
export function stageOfFile(frame: CallFrame): Stage | Shared | undefined {
  const path = pathOf(frame);
  if (!path.startsWith(source)) return undefined;
  const name = path.slice(source.length);
  const entry = longestFirst.find(([beginning]) => name.startsWith(beginning));
  return entry?.[1] ?? (name.includes('/') ? undefined : 'caller');
}
