import type { ParsedPolicy } from './policy-set.ts';
import { isNode, type Node } from './syntax-tree.ts';

/** Whether growing approvals can only help (1), only hurt (-1) or do either (0) where an expression stands. */
type Polarity = 1 | -1 | 0;

/**
 * Checks on the syntax tree that `context.approvals` appears only as `context.approvals >= N`, N at least 1, and only
 * where more approvals cannot turn an allow into a deny. So the approvals that an operation needs can be found by
 * asking, and no policy can punish consent.
 *
 * @returns what is wrong; undefined for a policy that keeps the rule
 */
export function approvalsMisuse(policy: Pick<ParsedPolicy, 'tree'>): string | undefined {
  try {
    thresholdsOf(policy);
    return undefined;
  } catch (error) {
    if (error instanceof Misuse) return error.message;
    throw error;
  }
}

/** Every N of `context.approvals >= N` in a policy that keeps the rule. */
export function thresholdsOf({ tree }: Pick<ParsedPolicy, 'tree'>): readonly number[] {
  const found: number[] = [];
  for (const { kind, body } of tree.conditions) {
    const helps = (tree.effect === 'permit') === (kind === 'when');
    checkExpression(found, body, helps ? 1 : -1);
  }
  return found;
}

class Misuse extends Error {}

function checkExpression(found: number[], value: unknown, polarity: Polarity): void {
  if (Array.isArray(value)) {
    for (const element of value) checkExpression(found, element, 0);
  } else if (isNode(value)) {
    for (const [operator, operand] of Object.entries(value)) checkOperator(found, operator, operand, polarity);
  }
}

function checkOperator(found: number[], operator: string, operand: unknown, polarity: Polarity): void {
  if (operator === 'Value') return;
  if (operator === 'Var' && operand === 'context') throw new Misuse('context may be used only by its fields');
  if (isNode(operand)) (operators.get(operator) ?? checkOpaque)(found, operand, polarity);
  else checkExpression(found, operand, 0);
}

type OperatorCheck = (found: number[], operands: Node, polarity: Polarity) => void;

/** What passes polarity on or may hold approvals; every other operator is opaque. */
const operators: ReadonlyMap<string, OperatorCheck> = new Map<string, OperatorCheck>([
  ['.', checkAccess],
  ['has', checkAccess],
  ['>=', checkThreshold],
  ['&&', checkOperands],
  ['||', checkOperands],
  ['!', (found, operands, polarity) => checkOperands(found, operands, opposite[polarity])],
  ['if-then-else', checkChoice],
]);

const opposite: Readonly<Record<Polarity, Polarity>> = { 1: -1, 0: 0, [-1]: 1 };

function checkOpaque(found: number[], operands: Node): void {
  checkOperands(found, operands, 0);
}

function checkOperands(found: number[], operands: Node, polarity: Polarity): void {
  for (const operand of Object.values(operands)) checkExpression(found, operand, polarity);
}

function checkChoice(found: number[], operands: Node, polarity: Polarity): void {
  checkExpression(found, operands.if, 0);
  checkExpression(found, operands.then, polarity);
  checkExpression(found, operands.else, polarity);
}

function checkAccess(found: number[], { left, attr }: Node): void {
  if (!isContext(left)) checkExpression(found, left, 0);
  else if ([attr].flat()[0] === 'approvals')
    throw new Misuse('context.approvals may appear only as context.approvals >= N');
}

/** More than any organization could gather: a misprint. */
const mostApprovals = 1_000;

function checkThreshold(found: number[], operands: Node, polarity: Polarity): void {
  if (!isApprovals(operands.left)) {
    checkOpaque(found, operands);
    return;
  }
  const threshold = isNode(operands.right) ? operands.right.Value : undefined;
  if (typeof threshold !== 'number' || threshold < 1 || threshold > mostApprovals) {
    throw new Misuse(`context.approvals is compared with a number of at least 1, at most ${mostApprovals}`);
  }
  if (polarity !== 1) throw new Misuse('more approvals would turn an allow into a deny');
  found.push(threshold);
}

function isApprovals(node: unknown): boolean {
  if (!isNode(node) || !isNode(node['.'])) return false;
  return node['.'].attr === 'approvals' && isContext(node['.'].left);
}

function isContext(node: unknown): boolean {
  return isNode(node) && node.Var === 'context';
}
