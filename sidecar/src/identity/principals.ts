import type { Principal, Role } from '../generated/types.ts';
import { ConfigReader, configInvalid } from './config-reader.ts';
import { overflowUids } from './overflow-uid.ts';

/** What a peer must present to be a principal. */
export type ConfiguredCredential =
  | { readonly kind: 'uid'; readonly uid: number }
  | { readonly kind: 'socket'; readonly socket: string }
  | { readonly kind: 'token'; readonly sha256: Buffer /** Milliseconds since 1970. */; readonly expiresAt?: number };

/** One principal of `principals.json`. */
export interface ConfiguredPrincipal {
  readonly id: string;
  readonly kind: Principal['kind'];
  readonly roles: readonly Role[];
  /** The person who answers for a workload. */
  readonly owner?: string;
  readonly credentials: readonly ConfiguredCredential[];
}

export const everyRole: readonly Role[] = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'];

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._@/-]{0,126}$/;
const socketPattern = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
const digestPattern = /^(?:[0-9a-fA-F]{64}|[A-Za-z0-9_-]{43})$/;
const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;
/** `(uid_t)-1` means "no user" to the kernel. */
const highestUid = 0xffff_fffe;
/** Principals and credentials of each: far above any single host's need. */
const mostPrincipals = 10_000;

/**
 * Reads the text of `principals.json`: `{"principals": [{"id", "kind", "roles", "owner"?, "credentials": [{"uid"} |
 * {"socket"} | {"tokenSha256", "expiresAt"?}]}]}`. Nothing unknown is accepted, and no two principals may claim one
 * credential. Throws `config_invalid` with the JSON pointer of the first misfit.
 */
export function parsePrincipals(text: string): readonly ConfiguredPrincipal[] {
  const root = ConfigReader.parse(text);
  root.allowOnly(['principals']);
  const members = root.member('principals').elements(mostPrincipals);
  const principals = members.map(readPrincipal);
  refuseRepeats(
    members,
    principals.map(({ id }) => [`principal ${id}`]),
  );
  refuseRepeats(
    members,
    principals.map(({ credentials }) => credentials.map(describeCredential)),
  );
  checkOwners(members, principals);
  return principals;
}

/** Names a credential without giving it away: `uid:1000`, `socket:payments`, `token:` and 12 digits of its digest. */
export function describeCredential(credential: ConfiguredCredential): string {
  if (credential.kind === 'uid') return `uid:${credential.uid}`;
  if (credential.kind === 'socket') return `socket:${credential.socket}`;
  return `token:${credential.sha256.toString('hex').slice(0, 12)}`;
}

function readPrincipal(reader: ConfigReader): ConfiguredPrincipal {
  reader.allowOnly(['id', 'kind', 'roles', 'owner', 'credentials']);
  const kind = reader.member('kind').oneOf(['person', 'workload'] as const);
  const roles = reader
    .member('roles')
    .elements(everyRole.length)
    .map((role) => role.oneOf(everyRole));
  const owner = reader.optional('owner');
  if (owner !== undefined && kind === 'person') throw owner.misfit('only a workload has an owner');
  return {
    id: reader.member('id').text(idPattern),
    kind,
    roles: [...new Set(roles)],
    ...(owner !== undefined && { owner: owner.text(idPattern) }),
    credentials: reader.member('credentials').elements(mostPrincipals).map(readCredential),
  };
}

function readCredential(reader: ConfigReader): ConfiguredCredential {
  const kind = reader.onlyOneOf(['uid', 'socket', 'tokenSha256']);
  if (kind === 'tokenSha256') return readToken(reader);
  reader.allowOnly([kind]);
  if (kind === 'socket') return { kind, socket: reader.member('socket').text(socketPattern) };
  const member = reader.member('uid');
  const uid = member.integer(0, highestUid);
  if (overflowUids().has(uid))
    throw member.misfit(`uid ${uid} stands for every unmapped user and cannot be a principal`);
  return { kind, uid };
}

function readToken(reader: ConfigReader): ConfiguredCredential {
  reader.allowOnly(['tokenSha256', 'expiresAt']);
  const digest = reader.member('tokenSha256').text(digestPattern);
  const sha256 = Buffer.from(digest, digest.length === 64 ? 'hex' : 'base64url');
  const expiry = reader.optional('expiresAt');
  if (expiry === undefined) return { kind: 'token', sha256 };
  const expiresAt = Date.parse(expiry.text(timePattern));
  if (Number.isNaN(expiresAt)) throw expiry.misfit('not a time like 2027-01-31T00:00:00Z');
  return { kind: 'token', sha256, expiresAt };
}

function refuseRepeats(members: readonly ConfigReader[], claims: readonly (readonly string[])[]): void {
  const taken = new Set<string>();
  for (const [index, claim] of claims.entries()) {
    for (const name of claim) {
      if (taken.has(name)) throw members[index]?.misfit(`${name} is already taken`) ?? configInvalid(name);
      taken.add(name);
    }
  }
}

/** The owner of a workload may not approve for it: a misspelt owner would let that person do so. */
function checkOwners(members: readonly ConfigReader[], principals: readonly ConfiguredPrincipal[]): void {
  const persons = new Set(principals.filter(({ kind }) => kind === 'person').map(({ id }) => id));
  for (const [index, { owner }] of principals.entries()) {
    if (owner !== undefined && !persons.has(owner)) {
      throw members[index]?.member('owner').misfit(`no person ${owner} in this file`) ?? configInvalid(owner);
    }
  }
}
