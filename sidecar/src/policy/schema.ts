import { methodTable } from '../generated/methods.ts';

type EntityType = 'Key' | 'KeyName' | 'Approval' | 'Pkcs11Object' | 'Session' | 'System';

interface ActionShape {
  readonly resources: readonly EntityType[];
  readonly groups: readonly string[];
}

/**
 * Actions that are no method's own. `subtle.wrapKey` and `keys.export` ask about the key that leaves; the key that wraps
 * it is merely used, and is asked about as `subtle.wrapKey.wrappingKey` or `keys.export.wrappingKey`. Who encrypts under
 * a named key and chooses the nonce is also asked about `subtle.encrypt.callerNonce`, who raises bytes to the private
 * exponent as they are about `subtle.decrypt.rawRsa`. `backup.restore` is asked offline,
 * of the policies in the backup.
 */
const extraShapes: ReadonlyMap<string, ActionShape> = new Map<string, ActionShape>([
  ['keys.export.wrappingKey', { resources: ['Key'], groups: ['keys.*', 'key.use'] }],
  ['subtle.wrapKey.wrappingKey', { resources: ['Key'], groups: ['subtle.*', 'key.use'] }],
  ['subtle.encrypt.callerNonce', { resources: ['Key'], groups: ['subtle.*', 'key.use'] }],
  ['subtle.decrypt.rawRsa', { resources: ['Key'], groups: ['subtle.*', 'key.use'] }],
  ['backup.restore', { resources: ['System'], groups: ['backup.*'] }],
]);

export const extraActions: readonly string[] = [...extraShapes.keys()];

const everyResource: readonly EntityType[] = ['Key', 'KeyName', 'Approval', 'Pkcs11Object', 'Session', 'System'];

/** `keys.get` is also asked of a key, to learn whether a refusal may admit that the key exists. */
const resourceTypes: Readonly<Record<string, readonly EntityType[]>> = {
  key: ['Key'],
  'key-name': ['KeyName', 'Key'],
  'named-key': ['Key'],
  'new-key': ['KeyName'],
  approval: ['Approval'],
  'pkcs11-object': ['Pkcs11Object'],
  'new-pkcs11-object': ['Pkcs11Object'],
  session: ['Session'],
  system: ['System'],
};

/** Methods on a key that disclose only its public half: no use of the key. */
const publicOnly: ReadonlySet<string> = new Set(['subtle.getPublicKey']);

/** The actions of all methods. */
export const methodActions: readonly string[] = [...new Set(Object.values(methodTable).map(({ action }) => action))];

/** Every field of a request's context. The decision cache counts on this list being whole. */
export const contextFields = ['approvals', 'transport', 'source', 'time', 'wrapping'] as const;

const entities = `// Roles a principal may hold. BreakGlass is held only by an emergency session.
entity Role enum ["Administrator", "Officer", "Operator", "Auditor", "Service", "BreakGlass"];

// Every group that a principal is in, directly or through other groups, is its parent.
entity Group;

// Who acts. "kind" is person or workload, "owner" the person who answers for a workload; "credential" is unix-peer,
// socket, token, jwt or certificate.
entity Principal in [Role, Group] = {
  "id": String,
  "kind": String,
  "owner"?: Principal,
  "credential": String,
};

// One version of a named key, its public half, or a session key; its tags are the key's labels.
// "scope" is named or session, "keyType" is secret, private or public; session keys have no name and no state.
// "environment" is the label of that name; "usedBy" and "usedByGroups" are the key's grants.
// "multipurpose" is a general-purpose key: "algorithm" is what it is shown as, its uses are those of all its kind.
// "securityBits" is the strength against today's computers, "cnsa2" whether CNSA 2.0 lists the algorithm.
entity Key = {
  "name"?: String,
  "owner": Principal,
  "algorithm": String,
  "multipurpose": Bool,
  "keyType": String,
  "scope": String,
  "state"?: String,
  "extractable": Bool,
  "environment"?: String,
  "securityBits": Long,
  "quantumSafe": Bool,
  "hybrid": Bool,
  "cnsa2": Bool,
  "usedBy": Set<Principal>,
  "usedByGroups": Set<Group>,
} tags String;

// A name that may or may not be taken; what is known of the key is there only when it exists or is about to be made.
entity KeyName = {
  "name"?: String,
  "owner"?: Principal,
  "algorithm"?: String,
  "multipurpose"?: Bool,
  "keyType"?: String,
  "scope"?: String,
  "state"?: String,
  "extractable"?: Bool,
  "environment"?: String,
  "securityBits"?: Long,
  "quantumSafe"?: Bool,
  "hybrid"?: Bool,
  "cnsa2"?: Bool,
  "usedBy"?: Set<Principal>,
  "usedByGroups"?: Set<Group>,
} tags String;

// A held operation that people are asked about; "operation" is its action, the rest is of the key that it is about.
entity Approval = {
  "operation": String,
  "requester": Principal,
  "keyName"?: String,
  "owner"?: Principal,
} tags String;

// What an application stored through PKCS#11 that is no key; "kind" is certificate, public-key, data or key-attributes.
entity Pkcs11Object = {
  "kind": String,
  "owner": Principal,
};

// The connection itself, with the algorithm of the session key that is about to be made in it.
entity Session = {
  "algorithm"?: String,
  "multipurpose"?: Bool,
  "securityBits"?: Long,
  "quantumSafe"?: Bool,
  "hybrid"?: Bool,
  "cnsa2"?: Bool,
};

// The sidecar itself.
entity System;

type RequestContext = {
  // Valid approvals of this exact operation; policies may use it only as "context.approvals >= N".
  "approvals": Long,
  // unix, websocket or rest
  "transport": String,
  // Name of the Unix listener, or the peer's address.
  "source": String,
  "time": datetime,
  // How a secret is wrapped on its way out: HPKE-MLKEM768-X25519, HPKE-X25519, RSA-OAEP-AES-KWP, or the algorithm of the
  // named key that wraps it, such as AES-KWP; "none" where it leaves as it is, where the caller may open it again, and
  // where none leaves.
  "wrapping": String,
};
`;

/** The groups that an action is in, so that policies need not name each action: `subtle.*`, `key.use`, `key.release`. */
export function actionGroups(action: string): readonly string[] {
  return shapeOf(action).groups;
}

/**
 * The Cedar schema over these actions, as text. Entities are Principal, Role, Group, Key, KeyName, Approval,
 * Pkcs11Object, Session and System; each action applies to the resources that its method's schema declares.
 *
 * @example cedarSchema(['subtle.sign', 'keys.list'])
 */
export function cedarSchema(actions: readonly string[]): string {
  const shapes = new Map([...actions, ...extraActions].map((action) => [action, shapeOf(action)]));
  const groups = new Set([...shapes.values()].flatMap((shape) => shape.groups));
  for (const group of ['key.use', 'key.release']) groups.add(group);
  const lines = [...groups].map((group) => `action ${quote(group)};`);
  for (const [action, shape] of shapes) lines.push(declaration(action, shape));
  return `${entities}\n${lines.join('\n')}\n`;
}

function declaration(action: string, { groups, resources }: ActionShape): string {
  const memberOf = groups.map((group) => `Action::${quote(group)}`).join(', ');
  const applies = `principal: [Principal], resource: [${resources.join(', ')}], context: RequestContext`;
  return `action ${quote(action)} in [${memberOf}] appliesTo { ${applies} };`;
}

function shapeOf(action: string): ActionShape {
  const extra = extraShapes.get(action);
  if (extra !== undefined) return extra;
  const nounGroup = `${action.split('.', 1)[0]}.*`;
  const methods = Object.values(methodTable).filter((traits) => traits.action === action);
  if (methods.length === 0) return { resources: everyResource, groups: [nounGroup] };
  const resources = new Set(methods.flatMap(({ resource }) => resourceTypes[resource] ?? everyResource));
  const groups = new Set([nounGroup]);
  for (const { resource, effect } of methods) {
    if (effect === 'release') groups.add('key.release');
    else if ((resource === 'key' || resource === 'named-key') && !publicOnly.has(action)) groups.add('key.use');
  }
  return { resources: [...resources], groups: [...groups] };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
