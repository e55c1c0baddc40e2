import type { Handlers } from '../request/context.ts';
import { createAuditCheckpoint } from './audit.checkpoint.ts';
import { createAuditErase } from './audit.erase.ts';
import { createAuditList } from './audit.list.ts';
import { createAuditPrune } from './audit.prune.ts';
import { createAuditReceipt } from './audit.receipt.ts';
import { createAuditRotateKeys } from './audit.rotateKeys.ts';
import { createAuditSetRetention } from './audit.setRetention.ts';
import type { HandlerParts } from './handler-parts.ts';

/** The transparency log. */
export function logHandlers({ log, logKeys, logRetention }: HandlerParts) {
  return {
    'audit.checkpoint': createAuditCheckpoint(log),
    'audit.erase': createAuditErase(logRetention),
    'audit.list': createAuditList(log),
    'audit.prune': createAuditPrune(logRetention),
    'audit.receipt': createAuditReceipt(log),
    'audit.rotateKeys': createAuditRotateKeys(log, logKeys),
    'audit.setRetention': createAuditSetRetention(logRetention),
  } satisfies Partial<Handlers>;
}
