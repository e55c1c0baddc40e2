import type { PolicyEngine } from '../policy/engine.ts';
import type { PolicyStore } from '../policy/policy-store.ts';
import type { Handler } from '../request/context.ts';

export function createPolicyGet(store: PolicyStore, engine: PolicyEngine): Handler<'policy.get'> {
  return async ({ version }) => ({
    policy: version === undefined ? store.current : await store.version(version),
    epoch: engine.epoch,
    schema: engine.schema,
  });
}
