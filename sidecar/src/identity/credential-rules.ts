import type { CredentialRule } from '../generated/types.ts';

/** The forms of a credential, and the members that may stand beside each. */
const companions = Object.freeze({
  uid: ['gid', 'executable', 'cgroup'],
  socket: [],
  tokenSha256: ['expiresAt'],
  spiffe: [],
  certificateSubject: [],
  issuer: ['subject'],
} satisfies Partial<Record<keyof CredentialRule, readonly (keyof CredentialRule)[]>>);

const forms = Object.keys(companions) as readonly (keyof typeof companions)[];

/** What is wrong with one rule by itself, and the member that it is about. */
export function misfitOfRule(
  rule: CredentialRule,
  nobody: ReadonlySet<number>,
): { member: string; reason: string } | undefined {
  const present = forms.filter((form) => rule[form] !== undefined);
  const [form] = present;
  if (form === undefined || present.length > 1) return { member: '', reason: `exactly one of ${forms.join(', ')}` };
  const allowed: readonly string[] = [form, ...companions[form]];
  const stray = Object.keys(rule).find((name) => !allowed.includes(name));
  if (stray !== undefined) return { member: stray, reason: `unknown member beside ${form}` };
  if (form === 'issuer' && rule.subject === undefined) return { member: 'subject', reason: 'missing' };
  if (rule.uid !== undefined && nobody.has(rule.uid)) {
    return { member: 'uid', reason: `uid ${rule.uid} stands for every unmapped user and cannot be a principal` };
  }
  if (rule.expiresAt !== undefined && Number.isNaN(Date.parse(rule.expiresAt))) {
    return { member: 'expiresAt', reason: 'not a time like 2027-01-31T00:00:00Z' };
  }
  return undefined;
}

/** Names a credential without giving it away: `uid:1000`, `socket:payments`, `token:` and 12 digits of its digest. */
export function describeRule(rule: CredentialRule): string {
  if (rule.uid !== undefined) return `uid:${rule.uid}${describeDemands(rule)}`;
  if (rule.socket !== undefined) return `socket:${rule.socket}`;
  if (rule.tokenSha256 !== undefined) return nameOfToken(digestOfRule(rule.tokenSha256));
  if (rule.certificateSubject !== undefined) return `certificate:${rule.certificateSubject}`;
  return rule.spiffe ?? `jwt:${rule.issuer}:${rule.subject}`;
}

/** What makes two rules the same claim, however they are spelt. */
export function claimOf(rule: CredentialRule): string {
  return rule.tokenSha256 === undefined ? describeRule(rule) : `token:${digestOfRule(rule.tokenSha256)}`;
}

/** A digest given in hexadecimal digits or base64url, as base64url. */
export function digestOfRule(digest: string): string {
  return Buffer.from(digest, digest.length === 64 ? 'hex' : 'base64url').toString('base64url');
}

/** @param sha256 base64url */
export function nameOfToken(sha256: string): string {
  return `token:${Buffer.from(sha256, 'base64url').toString('hex').slice(0, 12)}`;
}

/** Whether one process could fit both rules of one uid. */
export function overlap(one: CredentialRule, other: CredentialRule): boolean {
  if (one.gid !== undefined && other.gid !== undefined && one.gid !== other.gid) return false;
  const { executable } = one;
  if (executable !== undefined && other.executable !== undefined && executable !== other.executable) return false;
  if (one.cgroup === undefined || other.cgroup === undefined) return true;
  return isInCgroup(one.cgroup, other.cgroup) || isInCgroup(other.cgroup, one.cgroup);
}

/** Whether a control group is the other one or below it. */
export function isInCgroup(cgroup: string, parent: string): boolean {
  const folder = parent.endsWith('/') ? parent : `${parent}/`;
  return cgroup === parent || cgroup.startsWith(folder);
}

function describeDemands({ gid, executable, cgroup }: CredentialRule): string {
  return [
    gid === undefined ? '' : ` gid:${gid}`,
    executable === undefined ? '' : ` executable:${executable}`,
    cgroup === undefined ? '' : ` cgroup:${cgroup}`,
  ].join('');
}
