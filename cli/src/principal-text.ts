import type { CredentialRule, Group, PrincipalRecord } from '@ferrohsm/sdk/node';
import { pairs } from './named-key.ts';

/** A principal as lines of text. */
export function principalText(record: PrincipalRecord, groups: readonly Group[]): string {
  const { id, kind, roles, owner, disabled, credentials, approvalKeys = [], quota = {} } = record;
  const direct = groups.filter(({ members }) => members.includes(id)).map((group) => group.id);
  return pairs([
    ['principal', id],
    ['kind', kind],
    ['roles', roles.join(', ')],
    ['owner', owner ?? ''],
    ['disabled', disabled ? 'yes' : ''],
    ['groups', direct.join(', ')],
    ...credentials.map((rule): [string, string] => ['credential', ruleText(rule)]),
    ...approvalKeys.map(({ id: keyId, algorithm }): [string, string] => ['approval key', `${keyId} (${algorithm})`]),
    ['limits', quotaText(quota)],
  ]);
}

function ruleText(rule: CredentialRule): string {
  return Object.entries(rule)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}

/** Limits of use in a few words, empty for none. */
export function quotaText(quota: object): string {
  return Object.entries(quota)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
