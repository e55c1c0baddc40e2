import type { ApprovalKey, CredentialRule, Group, PrincipalRecord, Quota, Role } from '../generated/types.ts';
import { ConfigReader, type MemberReaders } from './config-reader.ts';
import { misfitsOf } from './directory-misfits.ts';

/** Whether the configuration folder or the records in the keystore are the truth. */
export type Governance = 'file' | 'records';

/** What `principals.json` says. */
export interface ConfiguredPrincipals {
  readonly governance: Governance;
  readonly principals: readonly PrincipalRecord[];
  readonly groups: readonly Group[];
}

/** Every role that a record can give. */
export const everyRole: readonly Role[] = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'];

const idPattern = /^[A-Za-z0-9][A-Za-z0-9._@/-]{0,126}$/;
/** `(uid_t)-1` means "no user" to the kernel. */
const highestUid = 0xffff_fffe;
/** Principals, credentials and members of each: far above any single host's need. */
const most = 10_000;

const ruleReaders: MemberReaders<CredentialRule> = {
  uid: (it) => it.integer(0, highestUid),
  gid: (it) => it.integer(0, highestUid),
  executable: (it) => it.text(/^\/[ -~]{1,1023}$/),
  cgroup: (it) => it.text(/^\/[ -~]{0,1023}$/),
  socket: (it) => it.text(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/),
  tokenSha256: (it) => it.text(/^(?:[0-9a-fA-F]{64}|[A-Za-z0-9_-]{43})$/),
  expiresAt: (it) => it.text(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/),
  spiffe: (it) => it.text(/^spiffe:\/\/[a-z0-9._-]{1,255}\/[A-Za-z0-9._/-]{1,1700}$/),
  certificateSubject: (it) => it.text(/^[ -~]{1,512}$/),
  issuer: (it) => it.text(/^[ -~]{1,256}$/),
  subject: (it) => it.text(/^[ -~]{1,512}$/),
};

const keyReaders: MemberReaders<ApprovalKey> = {
  id: (it) => it.text(/^[A-Za-z0-9_-]{16,512}$/),
  kind: (it) => it.oneOf(['jwk', 'passkey'] as const),
  algorithm: (it) => it.oneOf(['EdDSA', 'ES256', 'ML-DSA-65', 'RS256'] as const),
  jwk: (it) => it.text(/^\{[ -~]{1,6000}\}$/),
  spki: (it) => it.text(/^[A-Za-z0-9_-]{1,4096}$/),
  rpId: (it) => it.text(/^[a-z0-9.-]{1,253}$/),
  origins: (it) => it.elements(8).map((origin) => origin.text(/^[ -~]{1,256}$/)),
};

const quotaReaders: MemberReaders<Quota> = {
  perSecond: (it) => it.integer(1, 1e6),
  perMinute: (it) => it.integer(1, 1e8),
  perDay: (it) => it.integer(1, 1e10),
  bytesPerSecond: (it) => it.integer(1, 1e12),
  concurrent: (it) => it.integer(1, 1e5),
  onExceed: (it) => it.oneOf(['refuse', 'freeze'] as const),
};

const principalReaders: MemberReaders<PrincipalRecord> = {
  id: (it) => it.text(idPattern),
  kind: (it) => it.oneOf(['person', 'workload'] as const),
  roles: readRoles,
  owner: (it) => it.text(idPattern),
  disabled: (it) => it.boolean(),
  credentials: (it) => it.elements(1000).map((rule) => rule.object(ruleReaders, [])),
  approvalKeys: (it) => it.elements(16).map((key) => key.object(keyReaders, ['id', 'kind', 'algorithm'])),
  quota: (it) => it.object(quotaReaders, []),
};

const groupReaders: MemberReaders<Group> = {
  id: (it) => it.text(idPattern),
  members: (it) => it.elements(most).map((member) => member.text(idPattern)),
  roles: readRoles,
};

/**
 * Reads the text of `principals.json`: `{"principals": [...], "groups"?: [...], "governance"?: "file" | "records"}`, in
 * it records as `schemas/objects/principal-record.json` and `group.json` describe them. Nothing unknown is accepted.
 *
 * @throws SidecarError `config_invalid` with the JSON pointer of the first misfit
 */
export function parsePrincipals(text: string): ConfiguredPrincipals {
  const root = ConfigReader.parse('principals.json', text);
  const required = ['id', 'kind', 'roles', 'credentials'] as const;
  const {
    governance = 'file',
    principals,
    groups = [],
  } = root.object<Partial<ConfiguredPrincipals>>(
    {
      governance: (it) => it.oneOf(['file', 'records'] as const),
      principals: (it) => it.elements(most).map((principal) => principal.object(principalReaders, required)),
      groups: (it) => it.elements(most).map((group) => group.object(groupReaders, ['id', 'members', 'roles'])),
    },
    ['principals'],
  );
  const records = { principals: principals ?? [], groups };
  refuseMisfits(root, records);
  return { governance, ...records };
}

function readRoles(roles: ConfigReader): Role[] {
  return [...new Set(roles.elements(everyRole.length).map((role) => role.oneOf(everyRole)))];
}

function refuseMisfits(root: ConfigReader, records: Omit<ConfiguredPrincipals, 'governance'>): void {
  const [misfit] = misfitsOf(records);
  if (misfit === undefined) return;
  const { of, pointer, reason } = misfit;
  const list = 'members' in of ? 'groups' : 'principals';
  const all: readonly object[] = records[list];
  throw root.misfit(reason, `/${list}/${all.indexOf(of)}${pointer}`);
}
