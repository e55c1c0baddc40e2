import type { AuditLog } from '../audit/log.ts';
import type { CryptoProvider } from '../crypto/provider.ts';
import type { Governance } from '../governance/governance.ts';
import type { NamedKeyRing } from '../keys/named-keys.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { Witnessing } from '../log/witnessing.ts';
import type { Session } from '../request/context.ts';
import type { Gate } from '../request/gate.ts';

/** Where an unsealed sidecar is looked at: each part says how it is when it is asked. */
export interface Vitals {
  readonly sessions: ReadonlySet<Session>;
  readonly gate: Gate;
  readonly log: AuditLog;
  readonly keystore: Keystore;
  readonly witnessing: Witnessing | undefined;
  readonly governance: Pick<Governance, 'desk' | 'policy'>;
  readonly crypto: Pick<CryptoProvider, 'loads'>;
  readonly namedKeys: Pick<NamedKeyRing, 'statistics'>;
}
