import { commonCodes, problemCodes } from '../generate/openapi-responses.ts';
import { type Route, routesOf } from '../generate/routes.ts';
import type { MethodSchema, Schemas } from '../generate/schemas.ts';
import { markdownBanner } from './markdown-banner.ts';
import { membersTable } from './members-table.ts';
import type { ShippedRoles } from './shipped-roles.ts';
import { code, sentence, table } from './table.ts';

const introduction = `# Methods

Every operation of the sidecar: a method of JSON-RPC ([wire protocol](../wire-protocol.md)), and its route over [REST](../rest.md). \`rpc.discover\` answers the same as an OpenRPC document, \`/v1/openapi.json\` as OpenAPI 3.1.

- *effect*: \`pure\` computes and changes nothing; \`change\` changes state, and leaves its intent in the log before it acts; \`release\` lets secret key material leave, or may.
- *approvals*: how many other people have to approve at least, whatever the policies say. Policies ask for more.
- *who may*: the [roles](../configuration.md#policycedar) of the policies that a first start writes; in brackets to what, and with how many approvals. *Everyone* is whoever is authenticated, *no role* whoever has none. Your own policies may decide otherwise.
- *refusals*: [codes](errors.md) besides those that every method may answer: COMMON.
- Types are those of [objects](objects.md). A \`requestId\` names a change: sent again it answers the first outcome. Over REST it is the header \`Idempotency-Key\`.
`;

/** `docs/reference/methods.md`: every method with its route, who may, effect, approvals, params and result. */
export function methodsPage(schemas: Schemas, shipped: ShippedRoles): string {
  const routes = new Map(routesOf(schemas).map((route) => [route.method, route]));
  const groups = Map.groupBy(schemas.methods, ({ method }) => method.slice(0, method.indexOf('.')));
  const sections = [...groups].map(([group, methods]) => {
    const texts = methods.map((schema) => methodText(schema, routes.get(schema.method), schemas, shipped));
    return `## ${group}\n\n${texts.join('\n')}`;
  });
  const head = introduction.replace('COMMON', commonCodes.map(code).join(', '));
  return `${markdownBanner}${head}\n${overview(schemas)}\n${sections.join('\n')}`;
}

function overview({ methods }: Schemas): string {
  const rows = methods.map(({ method, summary, effect, approvalFloor }) => [
    `[${code(method)}](#${anchorOf(method)})`,
    sentence(summary),
    effect,
    approvalFloor === 0 ? '' : String(approvalFloor),
  ]);
  return `${table(['method', 'does', 'effect', 'approvals'], rows)}\n`;
}

/** GitHub drops the full stop of a heading. */
function anchorOf(method: string): string {
  return method.replaceAll('.', '').toLowerCase();
}

function methodText(schema: MethodSchema, route: Route | undefined, schemas: Schemas, shipped: ShippedRoles): string {
  const { method, summary, description, params, result } = schema;
  return `### ${method}

${sentence(summary)}${description === undefined ? '' : ` ${description}`}

${table(['', ''], factsOf(schema, route, shipped))}

Params${membersTable(params, schemas, 'needed')}

Result${membersTable(result, schemas, 'always')}
`;
}

function factsOf(schema: MethodSchema, route: Route | undefined, shipped: ShippedRoles): string[][] {
  const { action, otherKeys = [], effect, approvalFloor, allowedWhileSealed } = schema;
  const further = otherKeys.map(({ param, action: other }) => `${code(other)} of the key in ${code(param)}`);
  const own = problemCodes(route ?? { isChange: false, isConditional: false }, schema).filter(
    (name) => !commonCodes.includes(name),
  );
  return [
    ['REST', routeText(route)],
    ['action', [code(action), ...further].join(', ')],
    ['who may', shipped.whoMay(action)],
    ['effect', effect],
    ['approvals', approvalFloor === 0 ? 'as policies say' : `${approvalFloor} at least`],
    ...(allowedWhileSealed ? [['while sealed', 'yes']] : []),
    ...(own.length > 0 ? [['refusals', own.map(code).join(', ')]] : []),
  ];
}

function routeText(route: Route | undefined): string {
  if (route === undefined || route.perConnection) return 'none: it belongs to one connection';
  const { verb, path, status, rawParam, rawResult } = route;
  const notes = [
    ...(status === 200 ? [] : [`answers ${status}`]),
    ...(rawParam === undefined ? [] : [`${code(rawParam)} may be the whole body`]),
    ...(rawResult === undefined ? [] : [`${code(rawResult)} may be the whole answer`]),
  ];
  return [code(`${verb} ${path}`), ...notes].join(', ');
}
