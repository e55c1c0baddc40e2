import type { Decision, Principal, Role } from '../generated/types.ts';
import { loadPolicyEngine, type PolicyContext, type PolicyEngine, type PolicyResource } from './engine.ts';
import type { PolicyValue } from './request.ts';
import { extraActions, methodActions } from './schema.ts';

/** Every action that a sidecar asks about. */
export const allActions: readonly string[] = [...methodActions, ...extraActions];

export function principalOf(id: string, roles: readonly Role[] = [], kind: Principal['kind'] = 'person'): Principal {
  const credential = Object.freeze({ kind: 'unix-peer', subject: 'uid:1000', uid: 1000 } as const);
  const groups = Object.freeze<string[]>([]) as string[];
  return Object.freeze({ id, kind, roles: Object.freeze([...roles]) as Role[], groups, credential });
}

/** A named private key of zoe unless told otherwise. */
export function keyOf(change: Readonly<Record<string, PolicyValue>> = {}, id = 'key_AAAAAAAAAAAAAAAAAAAAAA/1') {
  const labels = Object.freeze({});
  const strength = { securityBits: 128, quantumSafe: false, hybrid: false, cnsa2: false };
  const grants = { usedBy: Object.freeze([]), usedByGroups: Object.freeze([]) };
  const algorithm = { algorithm: 'ECDSA', multipurpose: false };
  const kind = { owner: 'zoe', ...algorithm, keyType: 'private', scope: 'named', extractable: false, labels };
  const shared = { ...kind, ...strength, ...grants };
  const named = change.scope === 'session' ? {} : { name: 'payments/signing', state: 'active' };
  return Object.freeze({ type: 'Key', id, attributes: Object.freeze({ ...shared, ...named, ...change }) } as const);
}

export const system: PolicyResource = { type: 'System', id: 'sidecar', attributes: {} };
export const session: PolicyResource = { type: 'Session', id: 'own', attributes: {} };

export interface Question {
  readonly principal: Principal;
  readonly action: string;
  readonly resource: PolicyResource;
  readonly context?: Partial<PolicyContext>;
}

/** Asks with no approvals over the Unix socket at noon unless told otherwise. */
export function ask(engine: PolicyEngine, { principal, action, resource, context = {} }: Question): Decision {
  const noon = Date.UTC(2026, 10, 24, 12);
  return engine.decide({
    principal,
    action,
    resource,
    context: { approvals: 0, transport: 'unix', source: 'default', time: noon, ...context },
  });
}

export async function engineOf(policies: string, onFault?: (reason: string) => void): Promise<PolicyEngine> {
  return await loadPolicyEngine({ policies, actions: allActions, ...(onFault && { onFault }) });
}

/** Knows two uses of keys only: a small schema makes loads quick. */
export async function smallEngine(policies: string): Promise<PolicyEngine> {
  return await loadPolicyEngine({ policies, actions: ['subtle.sign', 'subtle.decrypt'] });
}
