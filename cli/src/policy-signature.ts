import { type FerroHsm, signPolicy } from '@ferrohsm/sdk/node';
import { type ApprovalKeyOptions, readApprovalSigner } from './approval-key.ts';

type HeldMethod = 'policy.load' | 'policy.rollback';

/** What is asked for, beside the signature. */
interface PolicyChange {
  readonly method: HeldMethod;
  /** The text, or the version whose text it is. */
  readonly params: { readonly text: string } | { readonly version: number };
  /** Text that is put in force. */
  readonly text: string;
}

/**
 * The officer's signature under policies. A command that is repeated after the approvals must ask for the same as before,
 * so the signature of an open request is taken again where it still fits.
 */
export async function policySignature(
  sidecar: FerroHsm,
  change: PolicyChange,
  options: ApprovalKeyOptions,
): Promise<string> {
  const { policy } = await sidecar.policy.get();
  const { principal } = await sidecar.session.whoami();
  const asked = await askedBefore(sidecar, change, principal.id);
  if (asked !== undefined && replacedBy(asked) === policy.version) return asked;
  const { privateKey, publicKey } = readApprovalSigner(options);
  return signPolicy(change.text, privateKey, {
    person: principal.id,
    audience: sidecar.hello.log.origin,
    keyId: publicKey.id,
    replaces: policy.version,
  });
}

async function askedBefore(sidecar: FerroHsm, { method, params }: PolicyChange, requester: string) {
  for (const state of ['approved', 'pending'] as const) {
    for await (const { operation } of sidecar.approvals.list({ state })) {
      if (operation.method !== method || operation.requester !== requester) continue;
      const asked = JSON.parse(operation.params) as Record<string, unknown>;
      const isSame = Object.entries(params).every(([name, value]) => asked[name] === value);
      if (isSame && typeof asked.signature === 'string') return asked.signature;
    }
  }
  return undefined;
}

function replacedBy(signature: string): unknown {
  const [, payload = ''] = signature.split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { replaces?: unknown }).replaces;
}
