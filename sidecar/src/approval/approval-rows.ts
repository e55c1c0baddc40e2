import { allDocuments, type DocumentChanges, type Documents } from '../documents.ts';
import { SidecarError } from '../errors.ts';
import { type ClosedState, isOpenState, type StoredApproval } from './stored-approval.ts';

/** The open requests of one requester by fingerprint, so that one is found, counted and expired without the history. */
interface OpenRequests {
  readonly requests: Readonly<Record<string, OpenRequest>>;
}

export interface OpenRequest {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Which approval a change used up, so that its repetition after a lost answer is recognized. */
interface Redemption {
  readonly id: string;
}

const kinds = Object.freeze({ approval: 'approval', open: 'open-approvals', redemption: 'approval-redemption' });

/** `!` stands in no principal id. */
const redemptionId = (requester: string, by: string) => `${requester}!${by}`;

/** Open requests of the requester. */
export function openRequests(changes: DocumentChanges, requester: string): Readonly<Record<string, OpenRequest>> {
  return changes.get<OpenRequests>(kinds.open, requester)?.requests ?? {};
}

/** @throws SidecarError `not_found` */
export function approvalRow(changes: DocumentChanges, id: string): StoredApproval {
  const stored = changes.get<StoredApproval>(kinds.approval, id);
  if (stored === undefined) throw new SidecarError('not_found', id);
  return stored;
}

/** Writes it in its present state, and whether it is open. */
export function putApproval(changes: DocumentChanges, stored: StoredApproval): void {
  const { id, state, operation } = stored.approval;
  changes.put(kinds.approval, id, stored);
  const { [stored.fingerprint]: mine, ...others } = openRequests(changes, operation.requester);
  if (isOpenState(state)) {
    const requests = { ...others, [stored.fingerprint]: { id, expiresAt: operation.expiresAt } };
    changes.put(kinds.open, operation.requester, { requests });
  } else if (mine?.id === id) {
    if (Object.keys(others).length > 0) changes.put(kinds.open, operation.requester, { requests: others });
    else changes.delete(kinds.open, operation.requester);
  }
}

export function closed(stored: StoredApproval, state: ClosedState, closedAt: number): StoredApproval {
  return { ...stored, approval: { ...stored.approval, state, closedAt } };
}

export function putRedemption(changes: DocumentChanges, { approval }: StoredApproval, by: string): void {
  changes.put(kinds.redemption, redemptionId(approval.operation.requester, by), { id: approval.id });
}

export function deleteRedemption(changes: DocumentChanges, { approval }: StoredApproval, by: string): void {
  const id = redemptionId(approval.operation.requester, by);
  if (changes.get(kinds.redemption, id) !== undefined) changes.delete(kinds.redemption, id);
}

/** Reads outside a change. */
export class ApprovalReader {
  readonly #documents: Documents;

  constructor(documents: Documents) {
    this.#documents = documents;
  }

  async get(id: string): Promise<StoredApproval | undefined> {
    return await this.#documents.get<StoredApproval>(kinds.approval, id);
  }

  /** The open request of that fingerprint. */
  async find(requester: string, fingerprint: string): Promise<StoredApproval | undefined> {
    const open = await this.#documents.get<OpenRequests>(kinds.open, requester);
    const id = open?.requests[fingerprint]?.id;
    return id === undefined ? undefined : await this.get(id);
  }

  /** What the call used up. */
  async redeemed(requester: string, by: string): Promise<StoredApproval | undefined> {
    const redemption = await this.#documents.get<Redemption>(kinds.redemption, redemptionId(requester, by));
    return redemption && (await this.get(redemption.id));
  }

  /** All requests, closed ones too, in the order of their times. */
  async page(after: string | undefined, limit: number): Promise<StoredApproval[]> {
    const page = await this.#documents.list<StoredApproval>(kinds.approval, { limit, ...(after && { after }) });
    return page.map(({ value }) => value);
  }

  async open(): Promise<OpenRequest[]> {
    const requesters = await allDocuments<OpenRequests>(this.#documents, kinds.open);
    return requesters.flatMap(({ value }) => Object.values(value.requests));
  }
}
