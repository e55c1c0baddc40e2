import canonicalize from 'canonicalize';
import { putApproval } from '../approval/approval-rows.ts';
import { putEmergency } from '../approval/break-glass.ts';
import type { StoredApproval } from '../approval/stored-approval.ts';
import type { AuditEntry } from '../audit/log.ts';
import type { Keystore } from '../keystore/keystore.ts';
import { Secret } from '../secret.ts';
import type { RestoreConsent, RestoreEmergency } from './restore-consent.ts';
import { restoreAction } from './restore-operation.ts';

/** Writes what let a restore through into the restored store, where people look for approvals and emergencies. */
export async function rememberConsent(
  keystore: Pick<Keystore, 'documents' | 'systemSecret'>,
  { newLog, approval, emergency }: RestoreConsent,
): Promise<void> {
  // The log takes the name that people consented to.
  (await keystore.systemSecret('log/origin', () => Secret.take(Buffer.from(newLog)))).dispose();
  await keystore.documents.change((changes) => {
    if (approval !== undefined) putApproval(changes, approval);
    if (emergency !== undefined) putEmergency(changes, emergency.stored);
  });
}

/**
 * The same for the log: an outsider verifies the signatures with the public keys of the people alone. Whom a record names is
 * beside it and can be erased.
 */
export function consentRecords(backup: string, { approval, emergency }: RestoreConsent): AuditEntry[] {
  const facts = { phase: 'event', operation: restoreAction, outcome: 'ok' } as const;
  if (approval === undefined) return [{ ...facts, details: { backup, approvals: 0 } }];
  const { digest, needed, votes, operation, id } = approval.approval;
  const restore: AuditEntry = {
    ...facts,
    details: { backup, approval: id, digest, needed, approvals: votes.length, ...emergencyDetails(emergency) },
    personal: {
      principal: operation.requester,
      details: { operation: canonicalize(operation) ?? '', ...signatureOf(emergency) },
    },
  };
  return [restore, ...votesOf(approval)];
}

function votesOf({ approval }: StoredApproval): AuditEntry[] {
  const { id, digest, votes } = approval;
  return votes.map(({ person, keyId = '', evidence = '', time }) => ({
    phase: 'event',
    operation: `${restoreAction}.approve`,
    outcome: 'ok',
    details: { approval: id, digest, signedAt: time },
    personal: { principal: person, details: { keyId, evidence } },
  }));
}

function emergencyDetails(emergency: RestoreEmergency | undefined): { readonly breakGlass?: string } {
  return emergency === undefined ? {} : { breakGlass: emergency.stored.breakGlass.id };
}

/** Of the requester, who is only named otherwise. */
function signatureOf(emergency: RestoreEmergency | undefined): { readonly keyId?: string; readonly evidence?: string } {
  if (emergency === undefined) return {};
  const { keyId = '', evidence = '' } = emergency.signature;
  return { keyId, evidence };
}
