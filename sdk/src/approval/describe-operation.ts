import type { FrozenOperation, MethodName } from '../generated/types.ts';
import { canonicalJson } from './canonical-json.ts';
import { isMembers, type Members, memberOf } from './members.ts';
import { printable } from './printable.ts';
import { type Asked, exportWish, keySaid, wrapWish } from './release-words.ts';
import { said } from './said.ts';

type Wish = (params: Members, operation: Asked) => string;

/** What somebody asks for, by its method; the parameters follow it in any case. */
const wishes: Readonly<Partial<Record<MethodName | 'backup.restore', Wish>>> = Object.freeze({
  'approvals.approve': ({ id }) => `approve the request ${said(id)}`,
  'approvals.cancel': ({ id }) => `take the request ${said(id)} back`,
  'approvals.deny': ({ id }) => `refuse the request ${said(id)} for good`,
  'approvers.enrol': ({ person }) => `let ${said(person)} approve with a new key`,
  'approvers.remove': ({ person }) => `take an approval key from ${said(person)}`,
  'audit.erase': ({ principal }) => `ERASE ${said(principal)} from the records of the log, for good`,
  'audit.prune': () => 'REMOVE the records of the log that are beyond their retention, for good',
  'audit.rotateKeys': () => 'give the log new keys',
  'audit.setRetention': ({ keepDays }) => `keep records of the log for ${said(keepDays)} days at least`,
  'backup.create': () => 'get the SECRET of every key out of the sidecar, encrypted',
  'backup.restore': () => 'restore a backup with every SECRET in it, on another host',
  'breakGlass.open': () => 'open an emergency session of 15 minutes',
  'breakGlass.review': ({ id }) => `close the emergency session ${said(id)} with what was found`,
  'groups.remove': ({ id }) => `remove the group ${said(id)}`,
  'groups.set': ({ group }) => `create or replace the group ${said(memberOf(group, 'id'))}`,
  'keys.activate': ({ name }) => `let the key ${said(name)} be used`,
  'keys.assign': ({ name }) => `change who may use the key ${said(name)}`,
  'keys.cancelDestruction': ({ name }) => `take the destruction of the key ${said(name)} back`,
  'keys.compromise': ({ name }) => `mark the key ${said(name)} as compromised, for good`,
  'keys.create': ({ name }) => `create the key ${said(name)}`,
  'keys.deactivate': ({ name }) => `end the use of the key ${said(name)}, for good; it still decrypts and verifies`,
  'keys.destroy': ({ name }) => `DESTROY the key ${said(name)} and all that only it can read`,
  'keys.export': exportWish,
  'keys.grant': ({ name, grantee }) => `let ${said(grantee)} use the key ${said(name)}`,
  'keys.hold': ({ name }) => `keep the key ${said(name)} under a legal hold`,
  'keys.import': ({ name }) => `import a key from elsewhere as ${said(name)}`,
  'keys.liftHold': ({ name }) => `lift the legal hold of the key ${said(name)}`,
  'keys.limit': ({ name }) => `change the limits of use of the key ${said(name)}`,
  'keys.rename': ({ name, newName }) => `rename the key ${said(name)} to ${said(newName)}`,
  'keys.resume': ({ name }) => `let the suspended key ${said(name)} be used again`,
  'keys.retain': ({ name }) => `keep the key ${said(name)} for longer`,
  'keys.revokeGrant': ({ name, grantee }) => `no longer let ${said(grantee)} use the key ${said(name)}`,
  'keys.rollback': ({ name, version }) =>
    `let version ${said(version)} of the key ${said(name)} sign and encrypt again`,
  'keys.rotate': ({ name }) => `make the next version of the key ${said(name)}`,
  'keys.suspend': ({ name }) => `stop the use of the key ${said(name)} until it is resumed`,
  'keys.unfreeze': ({ name }) => `let the frozen key ${said(name)} be used again`,
  'keys.update': ({ name }) => `change what is said about the key ${said(name)}`,
  'keystore.changeRootKey': () => 'replace the root key',
  'keystore.rotate': () => 'seal all keys under a new key encryption key',
  'policy.load': () => 'put other policies in force',
  'policy.rollback': ({ version }) => `put version ${said(version)} of the policies in force again`,
  'principals.remove': ({ id }) => `remove the principal ${said(id)}`,
  'principals.set': ({ principal }) => `create or replace the principal ${said(memberOf(principal, 'id'))}`,
  'retention.remove': ({ name }) => `remove the retention class ${said(name)}`,
  'retention.set': ({ retentionClass }) =>
    `keep keys of the class ${said(memberOf(retentionClass, 'name'))} as this says`,
  'rotation.remove': ({ name }) => `remove the rotation policy ${said(name)}`,
  'rotation.set': ({ rotationPolicy }) =>
    `rotate keys by the policy ${said(memberOf(rotationPolicy, 'name'))} as this says`,
  'session.revoke': ({ session }) => `end the session ${said(session)}`,
  'subtle.decrypt': ({ algorithm }, operation) => {
    // What has no padding may as well be a signature.
    const verb = memberOf(algorithm, 'name') === 'RSA-RAW' ? 'decrypt or SIGN' : 'decrypt';
    return `${verb} with the key ${keySaid(operation.resource, operation)}`;
  },
  'subtle.exportKey': (_, operation) =>
    `get the SECRET of the key ${keySaid(operation.resource, operation)} out of the sidecar`,
  'subtle.sign': (_, operation) => `sign with the key ${keySaid(operation.resource, operation)}`,
  'subtle.signDigest': (_, operation) =>
    `sign a message that NOBODY SHOWED, known by its digest, with the key ${keySaid(operation.resource, operation)}`,
  'subtle.wrapKey': wrapWish,
  'system.seal': () => 'wipe all keys from memory until the sidecar is unsealed',
  'tokens.invite': ({ principal }) => `let somebody register a token that acts as ${said(principal)}`,
  'tokens.revoke': () => 'revoke a token and end its sessions',
});

/**
 * A held operation in words, for the person who is to approve it: who wants what, every parameter of it, and until when.
 * All of it is from the operation itself, so what is read is what is signed. Characters that a terminal would act upon
 * are escaped.
 *
 * @example for (const line of describeOperation(approval.operation)) console.log(line);
 */
export function describeOperation(operation: FrozenOperation): string[] {
  const { method, action, params, resource, resourceState, requester, audience, keyNames = {} } = operation;
  const given = readParams(params);
  return [
    `${said(requester)} wants to ${wishOf(method, given, operation)}`,
    ...membersOf('', given).map((line) => `  ${line}`),
    `operation: ${said(method)}${action === method ? '' : ` (action ${said(action)})`}`,
    `acts on: ${said(resource)}${resourceState === '' ? '' : `, as it is in state ${said(resourceState)}`}`,
    ...Object.entries(keyNames).map(([handle, name]) => `${said(handle)} is the key ${said(name)}`),
    `sidecar: ${said(audience)}`,
    `asked at: ${timeOf(operation.issuedAt)}`,
    `good until: ${timeOf(operation.expiresAt)}`,
  ];
}

/**
 * What a call wants, in the same words, for the person who is about to make it: then every parameter of it. Bytes are
 * `{ bytes, sha256 }`, as in a held operation.
 *
 * @example describeCall('keys.destroy', { name: 'payments/old' })[0] // 'DESTROY the key payments/old ...'
 */
export function describeCall(method: string, params: Readonly<Record<string, unknown>>): string[] {
  const wish = wishOf(method, params, {
    requester: 'yourself',
    resource: String(params.key ?? params.name ?? 'the sidecar'),
  });
  return [wish, ...membersOf('', params).map((line) => `  ${line}`)];
}

function wishOf(method: string, params: Members, asked: Asked): string {
  const wish = Object.hasOwn(wishes, method) ? wishes[method as MethodName] : undefined;
  return wish?.(params, asked) ?? `call ${said(method)} on ${said(asked.resource)}`;
}

/** Params that are no JSON object, or say something twice, are shown as they are. */
function readParams(text: string): Members {
  try {
    const value: unknown = JSON.parse(text);
    if (isMembers(value) && canonicalJson(value) === text) return value;
  } catch {
    // Shown as text.
  }
  return { params: text };
}

/** A line for each value within, named by its path; texts of several lines are shown line by line. */
function membersOf(path: string, value: unknown): string[] {
  if (isDigest(value)) return [`${path}: ${value.bytes} bytes with SHA-256 ${said(value.sha256)}`];
  if (typeof value === 'string') return textLines(path, value);
  if (typeof value !== 'object' || value === null) return [`${path}: ${said(value)}`];
  const members = Object.entries(value);
  if (members.length === 0) return path === '' ? [] : [`${path}: ${Array.isArray(value) ? 'empty list' : 'empty'}`];
  return members.flatMap(([name, member]) => membersOf(pathOf(path, name, Array.isArray(value)), member));
}

function pathOf(path: string, name: string, isElement: boolean): string {
  if (isElement) return `${path}[${Number(name) + 1}]`;
  return path === '' ? printable(name) : `${path}.${printable(name)}`;
}

function textLines(path: string, text: string): string[] {
  const lines = text.split('\n');
  if (lines.length === 1) return [`${path}: ${said(text)}`];
  return [`${path}:`, ...lines.map((line) => `  | ${printable(line)}`)];
}

/** Bytes are frozen as what they hash to. */
function isDigest(value: unknown): value is { sha256: string; bytes: number } {
  if (!isMembers(value) || Object.keys(value).length !== 2) return false;
  return typeof value.sha256 === 'string' && typeof value.bytes === 'number';
}

function timeOf(milliseconds: number): string {
  return Math.abs(milliseconds) <= 8.64e15 ? new Date(milliseconds).toISOString() : String(milliseconds);
}
