import { methodTable } from '../generated/methods.ts';
import type { Principal, Role } from '../generated/types.ts';
import type { PolicyEngine, PolicyResource } from './engine.ts';
import { allActions, ask, keyOf, principalOf, session, system } from './test-request.ts';

/** Who asks, always as `me` in the group `ops`, with these roles and no others. */
export const columns: Readonly<Record<string, readonly Role[]>> = {
  Administrator: ['Administrator'],
  Officer: ['Officer'],
  Operator: ['Operator'],
  Auditor: ['Auditor'],
  Service: ['Service'],
  BreakGlass: ['BreakGlass'],
  'Operator+BreakGlass': ['Operator', 'BreakGlass'],
  'no role': [],
};

const mine = { owner: 'me' };
const labelled = { labels: Object.freeze({ service: 'me' }) };
const lent = { usedBy: Object.freeze(['me']) };
const lentToGroup = { usedByGroups: Object.freeze(['ops']) };
const ofSession = { scope: 'session', extractable: true };
const publicHalf = { keyType: 'public', extractable: true };
const name = (attributes: PolicyResource['attributes']): PolicyResource => ({ type: 'KeyName', id: 'a', attributes });
const approval = (attributes: PolicyResource['attributes']): PolicyResource => ({
  type: 'Approval',
  id: 'apr_1',
  attributes: { operation: 'keys.export', keyName: 'payments/signing', owner: 'zoe', labels: {}, ...attributes },
});

/** What is acted upon; where nothing else is said it is a named private key of somebody else. */
export const resources: Readonly<Record<string, PolicyResource>> = {
  system,
  'own session': session,
  'own key': keyOf(mine),
  "another's key": keyOf(),
  'key granted to me': keyOf(lent),
  'key granted to my group': keyOf(lentToGroup),
  'key labelled service=me': keyOf(labelled),
  'public half of own key': keyOf({ ...mine, ...publicHalf }),
  "public half of another's key": keyOf(publicHalf),
  'public half granted to me': keyOf({ ...lent, ...publicHalf }),
  'own session key': keyOf({ ...mine, ...ofSession }),
  "another's session key": keyOf(ofSession),
  'own name': name(keyOf(mine).attributes),
  "another's name": name(keyOf().attributes),
  'name granted to me': name(keyOf(lent).attributes),
  'name granted to my group': name(keyOf(lentToGroup).attributes),
  'name labelled service=me': name(keyOf(labelled).attributes),
  'free name': name({}),
  'own PKCS#11 object': { type: 'Pkcs11Object', id: 'obj_1', attributes: { kind: 'certificate', owner: 'me' } },
  "another's PKCS#11 object": { type: 'Pkcs11Object', id: 'obj_2', attributes: { kind: 'certificate', owner: 'zoe' } },
  'own request': approval({ requester: 'me' }),
  "another's request": approval({ requester: 'zoe' }),
};

export interface Cell {
  readonly action: string;
  readonly resource: string;
  readonly column: string;
  readonly kind: Principal['kind'];
  /** `allow`, `deny`, or the approvals that it takes. */
  readonly answer: string;
}

/** No policy of ours asks for more. */
const mostApprovals = 16;

export function answerOf(
  engine: PolicyEngine,
  roles: readonly Role[],
  kind: Principal['kind'],
  question: Asked,
): string {
  const principal = { ...principalOf('me', roles, kind), groups: ['ops'] };
  const isAllowed = (approvals: number) =>
    ask(engine, { ...question, principal, context: { approvals } }).outcome === 'allow';
  // More approvals never deny (consent.test.ts): who is denied with the most is denied with fewer.
  if (!isAllowed(mostApprovals)) return 'deny';
  for (let approvals = 0; ; approvals++) {
    if (isAllowed(approvals)) return approvals === 0 ? 'allow' : String(approvals);
  }
}

type Asked = Readonly<{ action: string; resource: PolicyResource }>;

const types: Readonly<Record<string, readonly PolicyResource['type'][]>> = {
  key: ['Key'],
  'named-key': ['Key'],
  // A key is asked about where its name is, to learn whether a refusal may admit that it exists.
  'key-name': ['KeyName', 'Key'],
  'new-key': ['KeyName'],
  approval: ['Approval'],
  'pkcs11-object': ['Pkcs11Object'],
  'new-pkcs11-object': ['Pkcs11Object'],
  session: ['Session'],
  system: ['System'],
};

/** The types of resources that an action is asked about; all but one that are no method's own are uses of a key. */
export function typesOf(action: string): ReadonlySet<PolicyResource['type']> {
  if (action === 'backup.restore') return new Set(['System']);
  const methods = Object.values(methodTable).filter((traits) => traits.action === action);
  return new Set(methods.length === 0 ? ['Key'] : methods.flatMap(({ resource }) => types[resource] ?? []));
}

/** Every role, as person and as workload, on every resource that each action is asked about. */
export function matrixOf(engine: PolicyEngine): readonly Cell[] {
  return [...allActions].sort().flatMap((action) =>
    Object.entries(resources)
      .filter(([, { type }]) => typesOf(action).has(type))
      .flatMap(([name, resource]) =>
        Object.entries(columns).flatMap(([column, roles]) =>
          (['person', 'workload'] as const).map((kind) => ({
            ...{ action, resource: name, column, kind },
            answer: answerOf(engine, roles, kind, { action, resource }),
          })),
        ),
      ),
  );
}

const labelWidth = 32;

/** The matrix for people to read: what a workload is answered stands behind a slash where it differs. */
export function tableOf(cells: readonly Cell[]): string {
  const lines = [
    `${' '.repeat(labelWidth)}${Object.keys(columns)
      .map((column) => padded(column))
      .join('')}`.trimEnd(),
  ];
  for (const [action, ofAction] of Map.groupBy(cells, (cell) => cell.action)) {
    lines.push('', action);
    for (const [resource, row] of Map.groupBy(ofAction, (cell) => cell.resource)) {
      const texts = Object.keys(columns).map((column) => {
        const [person, workload] = row.filter((cell) => cell.column === column).map(({ answer }) => answer);
        return padded(person === workload ? `${person}` : `${person}/${workload}`, column);
      });
      lines.push(`  ${resource.padEnd(labelWidth - 2)}${texts.join('')}`.trimEnd());
    }
  }
  return `${lines.join('\n')}\n`;
}

function padded(text: string, column = text): string {
  return text.padEnd(Math.max(column.length, 'allow/deny'.length) + 2);
}
