import type { AuditLog } from '../audit/log.ts';
import type { Backups } from '../backups/backups.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { Governance } from '../governance/governance.ts';
import type { ImportKeys } from '../keys/import-keys.ts';
import type { KeyRetention } from '../keys/key-retention.ts';
import type { KeyTurnover } from '../keys/key-turnover.ts';
import type { KeyUsage } from '../keys/key-usage.ts';
import type { RotationPolicies } from '../keys/rotation-policies.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { LogKeys } from '../log/log-keys.ts';
import type { LogRetention } from '../log/log-retention.ts';
import type { Pkcs11Objects } from '../pkcs11-objects/pkcs11-objects.ts';
import type { NextShares } from '../seal/next-shares.ts';
import type { MayHear } from './approvals.events.ts';
import type { MayLookAtApproval } from './approvals.list.ts';
import type { MayChangeOthers } from './approvers.enrol.ts';
import type { KeyChanged } from './keys.create.ts';
import type { MayImport } from './keys.import.ts';
import type { Cursors, MayLook } from './keys.list.ts';
import type { MayLookAtObject } from './pkcs11Objects.list.ts';
import type { PolicyQuestions } from './policy.explain.ts';
import type { RecordedRequests } from './policy.simulate.ts';
import type { Rehearse } from './session.rehearse.ts';
import type { Greeting } from './system.hello.ts';
import type { FillRandom } from './system.random.ts';
import type { StatusSources } from './system.status.ts';

/** What handlers are made of. */
export interface HandlerParts {
  readonly crypto: CryptoProvider;
  readonly keystore: Keystore;
  readonly log: AuditLog;
  readonly logKeys: LogKeys;
  readonly logRetention: LogRetention;
  readonly keyRetention: KeyRetention;
  readonly rotationPolicies: RotationPolicies;
  readonly backups: Backups;
  readonly keyUsage: KeyUsage;
  readonly turnover: KeyTurnover;
  /** Undefined where the root key is not in shares. */
  readonly nextShares: NextShares | undefined;
  readonly importKeys: ImportKeys;
  readonly pkcs11Objects: Pkcs11Objects;
  readonly mayImport: MayImport;
  readonly governance: Governance;
  readonly mayLook: MayLook;
  readonly mayLookAtUsage: MayLook;
  readonly mayLookAtApproval: MayLookAtApproval;
  readonly mayLookAtObject: MayLookAtObject;
  readonly mayHear: MayHear;
  readonly mayChangeOthers: MayChangeOthers;
  readonly cursors: Cursors;
  readonly keyChanged: KeyChanged;
  readonly greeting: Greeting;
  readonly fillRandom: FillRandom;
  readonly status: StatusSources;
  readonly questions: PolicyQuestions;
  readonly rehearse: Rehearse;
  readonly recordedRequests: RecordedRequests;
  /** Lets no further call in. */
  readonly shutOut: () => void;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}
