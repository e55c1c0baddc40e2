import type { FerroHsm, MethodName, MethodTypes, PlannedChange } from '@ferrohsm/sdk/node';
import { isoTime } from '../named-key.ts';
import { gathered } from '../pages.ts';
import { labelOf } from '../pkcs11-object-text.ts';
import { keyFacts } from './key-facts.ts';

/** What is lost, with the real object as it is now; undefined where nothing is. */
type Loss<M extends MethodName> = (
  params: MethodTypes[M]['params'],
  sidecar: FerroHsm,
) => Promise<readonly string[] | undefined>;

type Losses = { readonly [M in MethodName]?: Loss<M> };

/** Methods that destroy, weaken or cannot be undone. docs/commands.md says why the others are not among them. */
const losses: Losses = Object.freeze<Losses>({
  'keys.destroy': async ({ name, windowSeconds = 604_800 }, sidecar) => [
    ...(await keyFacts(sidecar, name)),
    `it can be taken back until ${isoTime(Date.now() + windowSeconds * 1000)}, with "ferrohsm key cancel-destruction";`,
    'after that, what only it can read is lost',
  ],
  'keys.deactivate': async ({ name }, sidecar) => [
    ...(await keyFacts(sidecar, name)),
    'it signs and encrypts nothing any more, and there is no way back',
  ],
  'keys.compromise': async ({ name }, sidecar) => [
    ...(await keyFacts(sidecar, name)),
    'from now on each decryption and verification with it has to be approved, and there is no way back',
  ],
  'keys.rollback': async ({ name }, sidecar) => [
    ...(await keyFacts(sidecar, name)),
    'an older secret protects what is new again',
  ],
  'keys.liftHold': async ({ name }, sidecar) => [
    ...(await keyFacts(sidecar, name)),
    'it can be destroyed again, also by a retention class',
  ],
  'keys.revokeGrant': async ({ name, grantee }, sidecar) => [
    ...(await keyFacts(sidecar, name)),
    `calls of ${grantee} with it are refused from now on`,
  ],
  'principals.remove': async ({ id }, sidecar) => [
    ...(await principalFacts(sidecar, id)),
    'its connections end, its tokens and approval keys are gone, and what it has approved counts no more',
  ],
  'groups.remove': async ({ id }, sidecar) => {
    const group = (await gathered(sidecar.principals.groups())).find((each) => each.id === id);
    return [`  members: ${group?.members.join(', ') || 'none'}`, 'they lose what the group may do'];
  },
  'approvers.remove': async ({ person }, sidecar) => [
    ...(await principalFacts(sidecar, person)),
    'what was approved with that key and has not happened yet counts no more',
  ],
  'policy.load': (_, sidecar) => policyFacts(sidecar),
  'policy.rollback': (_, sidecar) => policyFacts(sidecar),
  'tokens.revoke': async ({ tokenSha256, issuer, jti }) => [
    tokenSha256 === undefined ? `  the JWT ${jti} of ${issuer}` : `  the token with SHA-256 ${tokenSha256}`,
    'it is never accepted again, and what is connected by it is cut off',
  ],
  'session.revoke': async ({ session }, sidecar) => {
    const found = (await sidecar.sessions.list()).find(({ id }) => id === session);
    if (found === undefined) return ['  no such session'];
    return [`  ${found.principal}, since ${isoTime(found.openedAt)}`, 'its session keys are lost'];
  },
  'audit.prune': async ({ before }, sidecar) => [
    `  the log has ${(await sidecar.audit.checkpoint()).size} records${before === undefined ? '' : `; those below ${before} may go`}`,
    'what is removed is gone: export it before',
  ],
  'audit.erase': async ({ principal, before }) => [
    `  ${principal}, in ${before === undefined ? 'all records' : `records before ${isoTime(before)}`}`,
    'nobody can find out any more who that was',
  ],
  'audit.rotateKeys': async (_, { hello }) => [
    `  the log ${hello.log.origin}`,
    'it signs with the old keys no more; whoever pinned them has to follow',
  ],
  'retention.set': async ({ retentionClass }) =>
    retentionClass.destroys ? ['keys whose time is over are destroyed by themselves from then on'] : undefined,
  'retention.remove': async ({ name }, sidecar) => [
    ...(await labelledFacts(sidecar, 'retention', name)),
    'those that name it are kept until it is there again; others are kept by it no longer',
  ],
  'rotation.remove': async ({ name }) => [
    `  the rotation policy ${name}`,
    'no version is made by it any more: keys grow older than it allowed',
  ],
  'pkcs11Objects.remove': async ({ id }, sidecar) => [
    await objectFact(sidecar, id),
    'applications find it no more, and there is no way back',
  ],
  'keystore.rotate': async (_, sidecar) => [
    ...(await statusFacts(sidecar)),
    'no earlier copy of the store opens any more; backups still do',
  ],
  'keystore.changeRootKey': async (_, sidecar) => [
    ...(await statusFacts(sidecar)),
    'the present root key opens the sidecar no more: have a safe place ready for the next one',
  ],
  'system.seal': async (_, sidecar) => [
    ...(await statusFacts(sidecar)),
    'every session key is lost, and nothing is answered until the sidecar is unsealed',
  ],
  'breakGlass.open': async ({ reason, ticket }) => [
    `  ${reason} (${ticket})`,
    'everything in it is on record, and another person has to review it',
  ],
});

/** What is lost by a change; undefined where nothing is. */
export async function lossOf(
  { method, params }: PlannedChange,
  sidecar: FerroHsm,
): Promise<readonly string[] | undefined> {
  const loss = losses[method] as Loss<MethodName> | undefined;
  return loss?.(params as never, sidecar);
}

/** Every method by which something may be lost. */
export const losingMethods: readonly string[] = Object.keys(losses);

async function principalFacts({ principals }: FerroHsm, id: string): Promise<string[]> {
  const found = (await gathered(principals.list())).find((each) => each.id === id);
  if (found === undefined) return [`  no principal ${id}`];
  return [`  ${found.kind} ${id}, ${found.roles.join(', ') || 'no roles'}, credentials: ${found.credentials.length}`];
}

async function policyFacts({ policy }: FerroHsm): Promise<string[]> {
  const { policy: present } = await policy.get();
  return [
    `  version ${present.version} is in force since ${isoTime(present.loadedAt)}`,
    'what the new text does not permit is refused from that moment on, also to yourself',
  ];
}

async function labelledFacts({ keys }: FerroHsm, label: string, value: string): Promise<string[]> {
  const named = (await gathered(keys.list())).filter(({ labels }) => labels[label] === value);
  const [first, ...others] = named;
  if (first === undefined) return ['  no key names it'];
  return [
    others.length === 0 ? `  the key ${first.name} names it` : `  ${first.name} and ${others.length} more name it`,
  ];
}

async function objectFact(sidecar: FerroHsm, id: string): Promise<string> {
  const { record } = await sidecar.call('pkcs11Objects.get', { id });
  const { kind, owner, key } = record;
  const label = labelOf(record);
  return `  ${kind}${label && ` "${label}"`} of ${owner}${key === undefined ? '' : `, about ${key}`}`;
}

async function statusFacts({ system }: FerroHsm): Promise<string[]> {
  const { keys = 0, sessions } = await system.status();
  return [`  keys: ${keys}, connections: ${sessions}`];
}
