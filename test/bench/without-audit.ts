import type { AuditLog } from '../../sidecar/src/audit/log.ts';
import { TransparencyLog } from '../../sidecar/src/audit/transparency-log.ts';

/**
 * Preload of a sidecar that counts its records instead of writing them. The product has no such switch: it exists in this
 * process only, so that the price of the log can be measured.
 */
let count = 0;

const counting: Pick<AuditLog, 'append' | 'enqueue'> = {
  append: async () => count++,
  enqueue: async () => {
    count += 1;
  },
};

Object.assign(TransparencyLog.prototype, counting);
