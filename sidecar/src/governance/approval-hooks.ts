import { randomBytes } from 'node:crypto';
import { createNotifier, type Deliver, type Notifier } from '../approval/notifier.ts';
import { commandDelivery } from '../approval/notify-command.ts';
import { webhookDelivery } from '../approval/notify-webhook.ts';
import { createSeededSigner } from '../crypto/log-signer.ts';
import type { Keystore } from '../keystore/keystore.ts';
import type { SidecarOptions } from '../options.ts';
import { Secret } from '../secret.ts';

const seedBytes = 32;

/**
 * The programs and webhooks that are told of approvals. Webhooks are signed by a key of this installation (Standard
 * Webhooks 1.0.0, asymmetric); its public key is told as a notice, `whpk_...`.
 *
 * @throws SidecarError `config_invalid`
 */
export async function createApprovalHooks(
  { approvalHooks = [], onNotice = () => undefined, onError = () => undefined }: SidecarOptions,
  keystore: Pick<Keystore, 'systemSecret'>,
  now: () => number,
): Promise<Notifier> {
  const hasWebhook = approvalHooks.some((hook) => 'url' in hook);
  const signer = hasWebhook ? await webhookSigner(keystore) : undefined;
  if (signer !== undefined) {
    onNotice(`webhooks are signed by whpk_${Buffer.from(signer.publicKey).toString('base64')}`);
  }
  const sign = async (bytes: Uint8Array) => signer?.sign(bytes) ?? new Uint8Array();
  const hooks = approvalHooks.map((hook): { name: string; deliver: Deliver } =>
    'url' in hook
      ? { name: new URL(hook.url).host, deliver: webhookDelivery(hook, { sign, now }) }
      : { name: hook.command[0] ?? '', deliver: commandDelivery(hook) },
  );
  return createNotifier({
    hooks,
    newId: () => `msg_${randomBytes(16).toString('base64url')}`,
    onError: (error, hook) => onError(error, `approval hook ${hook}`),
  });
}

async function webhookSigner(keystore: Pick<Keystore, 'systemSecret'>) {
  const newSeed = () => Secret.take(randomBytes(seedBytes));
  using seed = await keystore.systemSecret('approval/webhook-seed', newSeed);
  return createSeededSigner('Ed25519', seed.bytes);
}
