import type { AuditEntry } from '../audit/log.ts';
import { Secret } from '../secret.ts';
import type { Call, Target, Trail } from './context.ts';
import { isEmergency } from './emergency.ts';
import { memberAt } from './member-at.ts';
import { personalOf } from './record-personal.ts';

/** Keyed digest of bytes, as text: proves equality to the holder of the key, tells nobody else anything. */
export type DigestFunction = (bytes: Uint8Array) => string;

/** A record without what only its end tells. */
export type RecordFields = Omit<AuditEntry, 'phase' | 'outcome'>;
type Details = NonNullable<AuditEntry['details']>;

/** What a record says about an operation, from what was known when it was written. No payloads, only keyed digests. */
export function recordOf(trail: Trail, digest: DigestFunction): RecordFields {
  const { call, principal, target, decision, params } = trail;
  const fields: RecordFields = {
    operation: call.method,
    session: call.session.id,
    personal: personalOf(trail, namesOf(trail)),
  };
  if (principal !== undefined) fields.authentication = principal.credential.kind;
  if (target !== undefined) addTarget(fields, target);
  else if (params !== undefined && call.traits.key !== null)
    fields.resource = String(memberAt(params, call.traits.key));
  if (decision !== undefined) {
    fields.policies = decision.policies.slice(0, namedPolicies);
    fields.epoch = decision.epoch;
  }
  if (trail.policyHash !== undefined) fields.policyHash = trail.policyHash;
  if (params !== undefined) {
    fields.details = { ...detailsOf(call, params, digest), ...consent(trail) };
    fields.inputBytes = bytesIn(params);
  }
  if (isEmergency(trail)) fields.details = { ...fields.details, breakGlass: true };
  return fields;
}

const nobody: Details = Object.freeze({});

/** The people that the request or its approval names. */
function namesOf(trail: Trail): Details {
  const { auditPersonal } = trail.call.traits;
  if (auditPersonal.length === 0 && trail.approval === undefined) return nobody;
  return { ...membersOf(trail.params, auditPersonal), ...consenting(trail) };
}

/** Bytes that a value holds, in all of its members. */
export function bytesIn(value: unknown): number {
  if (value instanceof Secret || value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  let total = 0;
  for (const member of Object.values(value)) total += bytesIn(member);
  return total;
}

/** What other people agreed to. */
function consent({ approval }: Trail): Details {
  return approval === undefined ? {} : { approval: approval.id };
}

/** Who agreed to it. */
function consenting({ approval }: Trail): Details {
  if (approval === undefined) return {};
  const approvers = approval.votes.filter(({ decision }) => decision === 'approve').map(({ person }) => person);
  return { approvers: joined(approvers) };
}

function addTarget(fields: RecordFields, { id, keys }: Target): void {
  fields.resource = id;
  const held = keys.get(id);
  if (held === undefined) return;
  fields.algorithm = held.key.algorithm.name;
  if (held.name !== undefined) fields.keyName = held.name;
  if (held.version !== undefined) fields.keyVersion = held.version;
}

function detailsOf({ traits }: Call, params: object, digest: DigestFunction): Details {
  const details = membersOf(params, traits.auditFields);
  for (const field of traits.auditDigests) {
    const value = memberAt(params, field);
    const bytes = value instanceof Secret ? value.bytes : typeof value === 'string' ? Buffer.from(value) : value;
    if (bytes instanceof Uint8Array) details[field] = digest(bytes);
  }
  return details;
}

function membersOf(params: object | undefined, fields: readonly string[]): Details {
  const members: Details = {};
  for (const field of params === undefined ? [] : fields) {
    const value = plain(memberAt(params as object, field));
    if (value !== undefined) members[field] = value;
  }
  return members;
}

/** Policies that one record names; more of them would not fit into one. */
const namedPolicies = 32;

/** Longer than every name that means something. */
const textLength = 256;
/** Some dozens of names. */
const listLength = 4096;

function plain(value: unknown): string | number | boolean | undefined {
  if (Array.isArray(value)) return joined(value);
  if (typeof value === 'string') return cut(value);
  return typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/** Names are kept or left out as a whole, so that one of them can be found. */
function joined(values: readonly unknown[]): string {
  const names = values.map((value) => cut(String(value)));
  let length = 0;
  const kept = names.filter((name) => {
    length += name.length + 1;
    return length <= listLength;
  });
  return kept.length === names.length ? kept.join(',') : [...kept, `+${names.length - kept.length}`].join(',');
}

/** Text of the caller's choice must not make a record too long for the log: its refusal would leave none. */
function cut(text: string): string {
  return text.length > textLength ? text.slice(0, textLength).toWellFormed() : text;
}
