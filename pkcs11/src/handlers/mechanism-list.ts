import { mechanismInfo, mechanismsOffered } from '../mechanisms/mechanisms.ts';
import { fits } from '../operations/output.ts';
import type { CallHandlers } from './handler.ts';

/** PKCS#11 3.1 sections 5.5.5 and 5.5.6. */
export const mechanismListHandlers = {
  C_GetMechanismList({ slot, room }, { slots, version }) {
    slots.token(slot);
    const mechanisms = mechanismsOffered(version);
    return { mechanisms: fits(mechanisms.length, room) ? mechanisms : { lengthOnly: mechanisms.length } };
  },
  C_GetMechanismInfo({ slot, mechanism }, { slots, version }) {
    slots.token(slot);
    return { ...mechanismInfo(mechanism, version) };
  },
} satisfies CallHandlers<'C_GetMechanismList' | 'C_GetMechanismInfo'>;
