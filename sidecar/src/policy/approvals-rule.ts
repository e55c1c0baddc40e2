import { SidecarError } from '../errors.ts';
import type { ParsedPolicy } from './policy-set.ts';
import { isNode, type Node } from './syntax-tree.ts';

/** Whether growing approvals can only help (1), only hurt (-1) or do either (0) where an expression stands. */
type Polarity = 1 | -1 | 0;

/**
 * Checks on the syntax tree that `context.approvals` appears only as `context.approvals >= N`, N at least 1, and only
 * where more approvals cannot turn an allow into a deny. So the approvals that an operation needs can be found by
 * asking, and no policy can punish consent. Throws `config_invalid`.
 */
export function checkApprovals({ id, tree }: ParsedPolicy): void {
  for (const { kind, body } of tree.conditions) {
    const helps = (tree.effect === 'permit') === (kind === 'when');
    checkExpression(id, body, helps ? 1 : -1);
  }
}

function checkExpression(id: string, value: unknown, polarity: Polarity): void {
  if (Array.isArray(value)) {
    for (const element of value) checkExpression(id, element, 0);
  } else if (isNode(value)) {
    for (const [operator, operand] of Object.entries(value)) checkOperator(id, operator, operand, polarity);
  }
}

function checkOperator(id: string, operator: string, operand: unknown, polarity: Polarity): void {
  if (operator === 'Value') return;
  if (operator === 'Var' && operand === 'context') throw refusal(id, 'context may be used only by its fields');
  if (isNode(operand)) (operators.get(operator) ?? checkOpaque)(id, operand, polarity);
  else checkExpression(id, operand, 0);
}

type OperatorCheck = (id: string, operands: Node, polarity: Polarity) => void;

/** What passes polarity on or may hold approvals; every other operator is opaque. */
const operators: ReadonlyMap<string, OperatorCheck> = new Map<string, OperatorCheck>([
  ['.', checkAccess],
  ['has', checkAccess],
  ['>=', checkThreshold],
  ['&&', checkOperands],
  ['||', checkOperands],
  ['!', (id, operands, polarity) => checkOperands(id, operands, opposite[polarity])],
  ['if-then-else', checkChoice],
]);

const opposite: Readonly<Record<Polarity, Polarity>> = { 1: -1, 0: 0, [-1]: 1 };

function checkOpaque(id: string, operands: Node): void {
  checkOperands(id, operands, 0);
}

function checkOperands(id: string, operands: Node, polarity: Polarity): void {
  for (const operand of Object.values(operands)) checkExpression(id, operand, polarity);
}

function checkChoice(id: string, operands: Node, polarity: Polarity): void {
  checkExpression(id, operands.if, 0);
  checkExpression(id, operands.then, polarity);
  checkExpression(id, operands.else, polarity);
}

function checkAccess(id: string, { left, attr }: Node): void {
  if (!isContext(left)) checkExpression(id, left, 0);
  else if ([attr].flat()[0] === 'approvals')
    throw refusal(id, 'context.approvals may appear only as context.approvals >= N');
}

function checkThreshold(id: string, operands: Node, polarity: Polarity): void {
  if (!isApprovals(operands.left)) {
    checkOpaque(id, operands);
    return;
  }
  const threshold = isNode(operands.right) ? operands.right.Value : undefined;
  if (typeof threshold !== 'number' || threshold < 1) {
    throw refusal(id, 'context.approvals is compared with a number of at least 1');
  }
  if (polarity !== 1) throw refusal(id, 'more approvals would turn an allow into a deny');
}

function isApprovals(node: unknown): boolean {
  if (!isNode(node) || !isNode(node['.'])) return false;
  return node['.'].attr === 'approvals' && isContext(node['.'].left);
}

function isContext(node: unknown): boolean {
  return isNode(node) && node.Var === 'context';
}

function refusal(id: string, reason: string): SidecarError {
  return new SidecarError('config_invalid', `policy.cedar: ${id}: ${reason}`);
}
