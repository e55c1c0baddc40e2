import type { CopiedRow } from '../copied-rows.ts';
import type { Group, PolicyVersion, PrincipalRecord } from '../generated/types.ts';
import type { Deciding } from '../governance/electorate.ts';
import { createDirectory, type Directory } from '../identity/directory.ts';
import { defaultPolicy } from '../policy/default-policy.ts';
import { loadPolicyEngine } from '../policy/engine.ts';
import { methodActions } from '../policy/schema.ts';

/** Who governs the store that a backup is of, and by which policies. */
export interface BackupGovernance {
  readonly directory: Directory;
  readonly deciding: Deciding;
  /** SHA-256 of the policies, base64url. */
  readonly policySha256: string;
}

const places = Object.freeze({
  principal: 'document/principal/',
  group: 'document/group/',
  policy: 'document/policy/',
});

/** Gathers people and policies from the rows of a backup while it is read; it keeps nothing else of them. */
export class GovernanceRows {
  readonly #principals: PrincipalRecord[] = [];
  readonly #groups: Group[] = [];
  /** Their ids sort by their number: the last one is in force. */
  #policy: PolicyVersion | undefined;

  see(rows: readonly CopiedRow[]): void {
    for (const { path, value } of rows) {
      if (path.startsWith(places.principal)) this.#principals.push(jsonOf(value));
      else if (path.startsWith(places.group)) this.#groups.push(jsonOf(value));
      else if (path.startsWith(places.policy)) this.#policy = jsonOf(value);
    }
  }

  /** @throws SidecarError `config_invalid` for policies that this version does not understand */
  async governance(): Promise<BackupGovernance> {
    const engine = await loadPolicyEngine({ policies: this.#policy?.text ?? defaultPolicy, actions: methodActions });
    return {
      directory: createDirectory({ principals: this.#principals, groups: this.#groups }),
      deciding: {
        thresholds: engine.thresholds,
        allows: (request) => engine.decide(request).outcome === 'allow',
        approvalsNeeded: (request) => engine.approvalsNeeded(request),
      },
      policySha256: engine.sha256,
    };
  }
}

function jsonOf<Value>(value: Buffer): Value {
  return JSON.parse(value.toString('utf8')) as Value;
}
