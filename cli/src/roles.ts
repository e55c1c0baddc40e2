import type { Role } from '@ferrohsm/sdk/node';

/** Roles that a record or group can give; BreakGlass is held only by an emergency session. */
export const grantableRoles: readonly Role[] = ['Administrator', 'Officer', 'Operator', 'Auditor', 'Service'];
