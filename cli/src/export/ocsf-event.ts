import type { LogEntry } from '../log-reading/log-entry.ts';
import type { LogIdentity } from './export-format.ts';
import { ocsfClassOf } from './ocsf-class.ts';
import { sentenceOf } from './sentence.ts';
import { severityOf } from './severity.ts';

/** The version of the schema whose names are used; later ones have them too. */
const schemaVersion = '1.3.0';
const otherActivity = 99;
const product = { name: 'FerroHSM', vendor_name: 'FerroHSM' };
const unknownUser = { name: 'unknown', uid: 'unknown' };

/** OCSF status_id; an intent is no success yet. */
const statuses: ReadonlyMap<string, readonly [number, string]> = new Map([
  ['ok', [1, 'Success']],
  ['denied', [2, 'Failure']],
  ['failed', [2, 'Failure']],
  ['pending', [99, 'Pending']],
]);

/** Events of the Open Cybersecurity Schema Framework, one JSON object a record. */
export function ocsfEvents(entries: readonly LogEntry[], log: LogIdentity): string[] {
  return entries.map((entry) => JSON.stringify(ocsfEvent(entry, log)));
}

function ocsfEvent(entry: LogEntry, log: LogIdentity): object {
  const { record, personal } = entry;
  const { categoryUid, classUid, activityId } = ocsfClassOf(record);
  const [status_id, status] = statuses.get(record.outcome) ?? [0, 'Unknown'];
  return {
    activity_id: activityId,
    ...(activityId === otherActivity && { activity_name: record.operation }),
    category_uid: categoryUid,
    class_uid: classUid,
    type_uid: classUid * 100 + activityId,
    severity_id: severityOf(record).ocsf,
    status_id,
    status,
    ...(record.error !== undefined && { status_code: record.error }),
    time: record.time,
    message: sentenceOf(entry),
    metadata: metadataOf(entry, log),
    actor: actorOf(entry),
    api: { operation: record.operation, service: { name: 'ferrohsm' } },
    src_endpoint: personal?.address === undefined ? { name: 'local' } : { ip: personal.address },
    ...subjectOf(entry, classUid),
    unmapped: { record, ...(personal && { personal }), opening: entry.opening },
  };
}

function metadataOf({ index, record }: LogEntry, { origin }: LogIdentity): object {
  return {
    version: schemaVersion,
    product: record.software === undefined ? product : { ...product, version: record.software },
    uid: `${origin}#${index}`,
    sequence: index,
    log_name: origin,
    original_time: String(record.time),
    ...(record.id !== undefined && { correlation_uid: record.id }),
  };
}

/** OCSF wants one of process, user, session and application; the last is always known. */
function actorOf({ record, personal }: LogEntry): object {
  return {
    app_name: 'ferrohsm',
    ...(personal?.principal !== undefined && { user: userOf(personal.principal, personal.credential) }),
    ...(personal?.pid !== undefined && { process: { pid: personal.pid } }),
    ...(record.session !== undefined && { session: { uid: record.session } }),
  };
}

/** What the class demands of whom or what was acted upon. */
function subjectOf(entry: LogEntry, classUid: number): object {
  const { record, personal } = entry;
  const resource = { uid: record.resource ?? 'system', ...(record.keyName !== undefined && { name: record.keyName }) };
  if (classUid === 3004) return { entity: { ...resource, type: record.operation.split('.')[0] } };
  if (classUid === 3001) return { user: targetOf(entry) };
  if (classUid === 6003) return { resources: [resource] };
  const user = personal?.principal === undefined ? unknownUser : userOf(personal.principal, personal.credential);
  return { user, service: { name: 'ferrohsm' }, is_remote: personal?.address !== undefined };
}

/** The account that a request changes; the request names it in its personal fields. */
function targetOf({ personal }: LogEntry): object {
  const { 'principal.id': set, id, principal, person } = personal?.details ?? {};
  const name = set ?? id ?? principal ?? person;
  return name === undefined ? unknownUser : { name: String(name), uid: String(name) };
}

function userOf(principal: string, credential: string | undefined): object {
  return { name: principal, uid: principal, ...(credential !== undefined && { credential_uid: credential }) };
}
