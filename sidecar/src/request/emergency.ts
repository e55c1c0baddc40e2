import type { Trail } from './context.ts';

/** Whether it is done in an emergency session, or opens one. */
export function isEmergency({ call, principal }: Trail): boolean {
  const { elevation } = call.session;
  return call.method === 'breakGlass.open' || (principal !== undefined && principal === elevation?.principal);
}
