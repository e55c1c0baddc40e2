import type { EmergencySessions } from '../approval/break-glass.ts';
import type { Handler } from '../request/context.ts';

export function createBreakGlassList(emergencies: EmergencySessions): Handler<'breakGlass.list'> {
  return async () => ({ breakGlasses: await emergencies.list() });
}
