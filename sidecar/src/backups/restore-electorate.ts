import { namesOfKey } from '../approval/excluded.ts';
import type { StoredApproval } from '../approval/stored-approval.ts';
import { countVotes, type Electorate, isEnabledPerson } from '../approval/votes.ts';
import { SidecarError } from '../errors.ts';
import type { Principal, PrincipalRecord } from '../generated/types.ts';
import { mayVote, principalOf } from '../governance/electorate.ts';
import type { PolicyContext, PolicyResource } from '../policy/engine.ts';
import type { BackupGovernance } from './backup-governance.ts';
import { restoreAction } from './restore-operation.ts';

const system: PolicyResource = Object.freeze({ type: 'System', id: 'sidecar', attributes: Object.freeze({}) });

/** What people and policies of a backup say of its restore, at one moment. */
export class RestoreElectorate implements Electorate {
  readonly #governance: BackupGovernance;
  readonly #now: number;

  /** @param now milliseconds since 1970 */
  constructor(governance: BackupGovernance, now: number) {
    this.#governance = governance;
    this.#now = now;
  }

  /** Whether anybody is enrolled who could sign an approval. */
  get hasApprovers(): boolean {
    return this.#governance.directory.principals.some(isApprover);
  }

  record(id: string): PrincipalRecord | undefined {
    return this.#governance.directory.record(id);
  }

  mayVote(person: string, approval: StoredApproval): boolean {
    const { deciding, directory } = this.#governance;
    return mayVote(deciding, directory, person, approval, this.#now);
  }

  /** Whose consent counts. */
  votersOf(approval: StoredApproval): string[] {
    const votes = approval.approval.votes.filter(({ person }) => countVotes(this, only(approval, person)) > 0);
    return [...new Set(votes.map(({ person }) => person))];
  }

  /** Whether the requester held this key, under whatever id. */
  async isExcluded(approval: StoredApproval, keyId: string, person: string): Promise<boolean> {
    const keys = this.record(person)?.approvalKeys?.filter(({ id }) => id === keyId) ?? [];
    const names = (await Promise.all(keys.map(namesOfKey))).flat();
    return names.some((name) => approval.excluded.keys.includes(name));
  }

  /**
   * How many people besides the requester have to consent. Policies that ask for none of them, or were written before there
   * was such a rule, ask for as many as their strictest rule, and for one at least.
   *
   * @throws SidecarError `permission_denied` for whom they do not let restore
   */
  needed(requester: string): number {
    const needed = this.#approvalsFor(requester, restoreAction);
    if (needed === undefined) throw denied(`no policy in the backup lets ${requester} restore it`);
    return needed > 0 ? needed : this.#strictest;
  }

  /** @throws SidecarError `permission_denied` for whom the policies let open no emergency session */
  requireEmergency(requester: string): void {
    const isPerson = isEnabledPerson(this.record(requester));
    if (isPerson && this.#approvalsFor(requester, 'breakGlass.open') !== undefined) return;
    throw denied(`no policy in the backup lets ${requester} act in an emergency`);
  }

  get #strictest(): number {
    return Math.max(1, ...this.#governance.deciding.thresholds.map(({ approvals }) => approvals));
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

function isApprover(record: PrincipalRecord): boolean {
  return isEnabledPerson(record) && (record.approvalKeys ?? []).length > 0;
}

/** The request as if nobody else had voted. */
function only(stored: StoredApproval, person: string): StoredApproval {
  const votes = stored.approval.votes.filter((vote) => vote.person === person);
  return { ...stored, approval: { ...stored.approval, votes } };
}

function denied(detail: string): SidecarError {
  return new SidecarError('permission_denied', detail);
}
