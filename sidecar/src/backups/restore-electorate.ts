import { namesOfKey } from '../approval/excluded.ts';
import type { StoredApproval } from '../approval/stored-approval.ts';
import { countVotes, type Electorate, isEnabledPerson, refusalOf } from '../approval/votes.ts';
import { SidecarError } from '../errors.ts';
import { methodTable } from '../generated/methods.ts';
import type { ApprovalKey, Principal, PrincipalRecord } from '../generated/types.ts';
import { mayVote, principalOf } from '../governance/electorate.ts';
import type { PolicyContext, PolicyResource } from '../policy/engine.ts';
import type { BackupGovernance } from './backup-governance.ts';
import { type RestoreWish, restoreAction } from './restore-operation.ts';

const system: PolicyResource = Object.freeze({ type: 'System', id: 'sidecar', attributes: Object.freeze({}) });
const emergencyAction = 'breakGlass.open';

/** What people and policies of a backup say of its restore, at one moment. */
export class RestoreElectorate implements Electorate {
  readonly #governance: BackupGovernance;
  readonly #now: number;

  /** @param now milliseconds since 1970 */
  constructor(governance: BackupGovernance, now: number) {
    this.#governance = governance;
    this.#now = now;
  }

  /** Whether people approve in this store: whether anybody has an approval key, of whatever kind. */
  get isGoverned(): boolean {
    return this.#people.some(({ approvalKeys = [] }) => approvalKeys.length > 0);
  }

  record(id: string): PrincipalRecord | undefined {
    return this.#governance.directory.record(id);
  }

  mayVote(person: string, approval: StoredApproval): boolean {
    const { deciding, directory } = this.#governance;
    return mayVote(deciding, directory, person, approval, this.#now);
  }

  /** Why this person's consent cannot count; undefined when it can. */
  refusalOf(approval: StoredApproval, person: string): string | undefined {
    return refusalOf(this, approval, { person, credential: 'restore:approver' });
  }

  /** Whose consent counts. */
  votersOf(approval: StoredApproval): string[] {
    const votes = approval.approval.votes.filter(({ person }) => countVotes(this, only(approval, person)) > 0);
    return [...new Set(votes.map(({ person }) => person))];
  }

  /** Ids of people who could consent to it without a sidecar. */
  async approversOf(approval: StoredApproval): Promise<string[]> {
    const approvers: string[] = [];
    for (const { id } of this.#people) {
      if (this.refusalOf(approval, id) === undefined && (await this.offlineKeys(approval, id)).length > 0) {
        approvers.push(id);
      }
    }
    return approvers;
  }

  /** Ids of this person's keys that sign without a sidecar, and that the requester did not hold under whatever id. */
  async offlineKeys({ excluded }: StoredApproval, person: string): Promise<string[]> {
    const ids: string[] = [];
    for (const key of this.record(person)?.approvalKeys?.filter(signsOffline) ?? []) {
      const names = await namesOfKey(key);
      if (!names.some((name) => excluded.keys.includes(name))) ids.push(key.id);
    }
    return ids;
  }

  /**
   * How many people besides the requester have to consent. An emergency takes as many as an emergency session does. Any other
   * restore: policies that ask for nobody, or were written before there was such a rule, ask for as many as their strictest
   * rule, and for one at least.
   *
   * @throws SidecarError `permission_denied` for whom they do not let restore, or act in an emergency
   */
  needed({ requester, isEmergency }: Pick<RestoreWish, 'requester' | 'isEmergency'>): number {
    if (isEmergency) return this.#neededInEmergency(requester);
    const needed = this.#approvalsFor(requester, restoreAction);
    if (needed === undefined) throw denied(`no policy in the backup lets ${requester} restore it`);
    return needed > 0 ? needed : this.#strictest;
  }

  #neededInEmergency(requester: string): number {
    const record = this.record(requester);
    const needed = this.#approvalsFor(requester, emergencyAction);
    if (!isEnabledPerson(record) || needed === undefined) {
      throw denied(`no policy in the backup lets ${requester} act in an emergency`);
    }
    if (!record.approvalKeys?.some(signsOffline)) throw denied(`${requester} has no key in the backup to sign with`);
    return Math.max(methodTable[emergencyAction].approvalFloor, needed);
  }

  get #strictest(): number {
    return Math.max(1, ...this.#governance.deciding.thresholds.map(({ approvals }) => approvals));
  }

  get #people(): readonly PrincipalRecord[] {
    return this.#governance.directory.principals.filter(isEnabledPerson);
  }

  #approvalsFor(requester: string, action: string): number | undefined {
    const context: PolicyContext = { approvals: 0, transport: 'unix', source: 'default', time: this.#now };
    const principal = this.#principal(requester);
    return this.#governance.deciding.approvalsNeeded({ principal, action, resource: system, context });
  }

  #principal(id: string): Principal {
    const principal = principalOf(this.#governance.directory, id);
    if (principal === undefined) throw denied(`the backup knows no ${id}`);
    return principal;
  }
}

/** A passkey needs the site that it is for. */
function signsOffline({ kind }: ApprovalKey): boolean {
  return kind === 'jwk';
}

/** The request as if nobody else had voted. */
function only(stored: StoredApproval, person: string): StoredApproval {
  const votes = stored.approval.votes.filter((vote) => vote.person === person);
  return { ...stored, approval: { ...stored.approval, votes } };
}

function denied(detail: string): SidecarError {
  return new SidecarError('permission_denied', detail);
}
