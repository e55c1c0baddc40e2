import type { Decision } from '../generated/types.ts';

type ByAction = Map<string, Decision>;
type ByResource = Map<string, ByAction>;

/** Decisions that no context could change, by principal, resource and action, all of one epoch. */
export interface DecisionCache {
  find(epoch: number, principal: string, resource: string, action: string): Decision | undefined;
  add(principal: string, resource: string, action: string, decision: Decision): void;
}

/**
 * A cache that forgets everything when the epoch moves or `capacity` decisions are held: strangers to a working set
 * cannot make it grow, and nothing is kept about which entry is old. Strings are looked up one after the other
 * because joining them would cost more than the lookups.
 */
export function createDecisionCache(capacity: number): DecisionCache {
  let byPrincipal = new Map<string, ByResource>();
  let heldEpoch = 0;
  let size = 0;

  function clear(): void {
    byPrincipal = new Map();
    size = 0;
  }

  function find(epoch: number, principal: string, resource: string, action: string): Decision | undefined {
    if (epoch !== heldEpoch) {
      clear();
      heldEpoch = epoch;
    }
    return byPrincipal.get(principal)?.get(resource)?.get(action);
  }

  function add(principal: string, resource: string, action: string, decision: Decision): void {
    if (decision.epoch !== heldEpoch) return;
    if (size >= capacity) clear();
    const byResource = byPrincipal.get(principal) ?? new Map<string, ByAction>();
    const byAction = byResource.get(resource) ?? new Map<string, Decision>();
    if (!byAction.has(action)) size += 1;
    byAction.set(action, decision);
    byResource.set(resource, byAction);
    byPrincipal.set(principal, byResource);
  }

  return { find, add };
}
