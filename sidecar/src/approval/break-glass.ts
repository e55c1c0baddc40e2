import { randomBytes } from 'node:crypto';
import { allDocuments, type ChangeRequest, type DocumentChanges, type Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import type { BreakGlass } from '../generated/types.ts';
import { base32hexTime } from './base32hex-time.ts';
import type { Events } from './events.ts';
import { credentialNames, excludedBy, type RecordOf } from './excluded.ts';
import type { Excluded } from './stored-approval.ts';
import { isEnabledPerson, type Voter } from './votes.ts';

export interface Emergency {
  /** Id of the principal. */
  readonly principal: string;
  /** Subject of the credential. */
  readonly credential: string;
  /** Id of the session that is to be elevated. */
  readonly session: string;
  readonly reason: string;
  readonly ticket: string;
}

export interface EmergencyReview extends Voter {
  readonly id: string;
  readonly findings: string;
}

/** Emergency sessions: one at a time, and the next only after another person has looked at the last. */
export interface EmergencySessions {
  /** @throws SidecarError `review_open` */
  open(emergency: Emergency, request: ChangeRequest): Promise<BreakGlass>;
  /** Oldest first. */
  list(): Promise<BreakGlass[]>;
  /**
   * Ends the session, if it still lasts, and lets the next one be opened.
   *
   * @throws SidecarError `not_found`, `already_exists` for a second review, `permission_denied` for whoever opened it
   */
  review(review: EmergencyReview, request: ChangeRequest): Promise<BreakGlass>;
}

export interface EmergencyOptions {
  readonly documents: Documents;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly record: RecordOf;
  readonly events: Events;
  /** Lets the session act with the role BreakGlass until then, in milliseconds since 1970; a past time ends it. */
  readonly elevate: (sessionId: string, untilMs: number) => void;
}

export interface StoredEmergency {
  readonly breakGlass: BreakGlass;
  readonly excluded: Excluded;
}

/** What a request is remembered by. */
interface Answered {
  readonly id: string;
}

/** What blocks the next emergency. */
interface Unreviewed {
  readonly id: string;
  /** Also unreviewed: a restore in an emergency brings back one that still was. */
  readonly others?: readonly string[];
}

const kinds = Object.freeze({ emergency: 'break-glass', unreviewed: 'break-glass-unreviewed' });
const unreviewedId = 'current';
const lifetimeMs = 15 * 60 * 1000;
const timeDigits = 9;
const randomDigits = 7;

/** Ids sort by their time, in milliseconds since 1970. */
export function newEmergencyId(now: number): string {
  return `bgl_${base32hexTime(now, timeDigits)}${randomBytes(randomDigits).toString('base64url').slice(0, randomDigits)}`;
}

/** Remembers an emergency that waits for its review, behind those that already do. */
export function putEmergency(changes: DocumentChanges, emergency: StoredEmergency): void {
  const { id } = emergency.breakGlass;
  changes.put(kinds.emergency, id, emergency);
  putUnreviewed(changes, [...unreviewedIn(changes), id]);
}

function unreviewedIn(changes: DocumentChanges): string[] {
  const unreviewed = changes.get<Unreviewed>(kinds.unreviewed, unreviewedId);
  return unreviewed === undefined ? [] : [unreviewed.id, ...(unreviewed.others ?? [])];
}

function putUnreviewed(changes: DocumentChanges, [id, ...others]: readonly string[]): void {
  if (id !== undefined) {
    const unreviewed: Unreviewed = others.length === 0 ? { id } : { id, others };
    changes.put(kinds.unreviewed, unreviewedId, unreviewed);
  } else if (unreviewedIn(changes).length > 0) {
    changes.delete(kinds.unreviewed, unreviewedId);
  }
}

export function createEmergencySessions({
  documents,
  now,
  record,
  events,
  elevate,
}: EmergencyOptions): EmergencySessions {
  async function stored(id: string): Promise<BreakGlass> {
    const found = await documents.get<StoredEmergency>(kinds.emergency, id);
    if (found === undefined) throw new SidecarError('not_found', id);
    return found.breakGlass;
  }

  function openIn(changes: DocumentChanges, emergency: StoredEmergency): Answered {
    const { id } = emergency.breakGlass;
    const [unreviewed] = unreviewedIn(changes);
    if (unreviewed !== undefined) throw new SidecarError('review_open', unreviewed);
    putEmergency(changes, emergency);
    return { id };
  }

  function reviewIn(changes: DocumentChanges, { id, findings, ...reviewer }: EmergencyReview): Answered {
    const emergency = changes.get<StoredEmergency>(kinds.emergency, id);
    if (emergency === undefined) throw new SidecarError('not_found', id);
    if (emergency.breakGlass.review !== undefined) throw new SidecarError('already_exists', `a review of ${id}`);
    requireOther(emergency, reviewer);
    const review = { person: reviewer.person, findings, time: now() };
    changes.put(kinds.emergency, id, { ...emergency, breakGlass: { ...emergency.breakGlass, review } });
    const others = unreviewedIn(changes).filter((unreviewed) => unreviewed !== id);
    putUnreviewed(changes, others);
    return { id };
  }

  function requireOther({ breakGlass, excluded }: StoredEmergency, { person, credential }: Voter): void {
    const reviewer = record(person);
    if (!isEnabledPerson(reviewer)) throw new SidecarError('permission_denied', 'only a person can review');
    const credentials = [credential, ...reviewer.credentials.flatMap(credentialNames)];
    const isOpener = excluded.people.includes(person) || record(breakGlass.principal)?.owner === person;
    if (isOpener || credentials.some((name) => excluded.credentials.includes(name))) {
      throw new SidecarError('permission_denied', 'another person has to review it');
    }
  }

  return {
    async open({ principal, credential, session, reason, ticket }, request) {
      const openedAt = now();
      const times = { openedAt, expiresAt: openedAt + lifetimeMs };
      const breakGlass = { id: newEmergencyId(openedAt), principal, session, reason, ticket, ...times };
      const excluded = await excludedBy(principal, credential, record);
      const { id } = await documents.change((changes) => openIn(changes, { breakGlass, excluded }), request);
      const opened = await stored(id);
      // A repeated request must not bring back what was ended.
      if (opened.review === undefined && now() < opened.expiresAt) elevate(opened.session, opened.expiresAt);
      if (id === breakGlass.id) events.record({ kind: 'break-glass', subject: principal });
      return opened;
    },
    async list() {
      return (await allDocuments<StoredEmergency>(documents, kinds.emergency)).map(({ value }) => value.breakGlass);
    },
    async review(review, request) {
      const earlier = await documents.result(request);
      const { id } = await documents.change((changes) => reviewIn(changes, review), request);
      const reviewed = await stored(id);
      // By a repeated request the same session may be in a newer emergency.
      if (earlier === undefined) elevate(reviewed.session, Math.min(now(), reviewed.expiresAt));
      return reviewed;
    },
  };
}
