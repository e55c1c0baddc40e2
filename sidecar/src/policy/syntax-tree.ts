import type { PolicyJson } from '@cedar-policy/cedar-wasm/nodejs';

/** A node of Cedar's JSON policy format: `{ operator: operands }`. */
export type Node = Readonly<Record<string, unknown>>;

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the policy's conditions look at the request's context at all. */
export function readsContext(tree: PolicyJson): boolean {
  return some(tree.conditions, (node) => node.Var === 'context');
}

/** What a policy set looks at, an over-approximation: it may name more than matters, never less. */
export interface Mentions {
  /** Names of attributes, whosoever they are. */
  readonly attributes: ReadonlySet<string>;
  /** Types of entities that are named literally; of all others only the attributes can matter. */
  readonly entityTypes: ReadonlySet<string>;
  readonly tags: boolean;
}

export function mentionsOf(trees: readonly PolicyJson[]): Mentions {
  const attributes = new Set<string>();
  const entityTypes = new Set<string>();
  let tags = false;
  const collect = (node: Node): boolean => {
    for (const operator of ['.', 'has']) {
      const operand = node[operator];
      if (isNode(operand)) for (const name of [operand.attr].flat()) attributes.add(String(name));
    }
    if (typeof node.type === 'string') entityTypes.add(node.type);
    tags ||= 'hasTag' in node || 'getTag' in node;
    return false;
  };
  for (const { principal, action, resource, conditions } of trees) {
    some([principal, action, resource, conditions], collect);
  }
  return { attributes, entityTypes, tags };
}

function some(value: unknown, test: (node: Node) => boolean): boolean {
  if (Array.isArray(value)) return value.some((element) => some(element, test));
  if (!isNode(value)) return false;
  return test(value) || Object.values(value).some((operand) => some(operand, test));
}
