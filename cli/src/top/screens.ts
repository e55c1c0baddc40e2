import { ApprovalsScreen } from './approvals/approvals-screen.ts';
import { AuditScreen } from './audit/audit-screen.ts';
import { CreateScreen } from './create/create-screen.ts';
import type { Host } from './host.ts';
import { KeysScreen } from './keys/keys-screen.ts';
import { OperateScreen } from './operate/operate-screen.ts';
import type { Screen } from './screen.ts';
import { SettingsScreen, type ThemeChoice } from './settings/settings-screen.ts';
import { StatusScreen } from './status/status-screen.ts';

export interface Screens {
  readonly keys: KeysScreen;
  readonly operate: OperateScreen;
  /** In the order of their numbers. */
  readonly all: readonly Screen[];
}

export function createScreens(host: Host, themes: ThemeChoice): Screens {
  const keys = new KeysScreen(host);
  const operate = new OperateScreen(host);
  const others = [new ApprovalsScreen(host), new AuditScreen(host), new StatusScreen(host)];
  return { keys, operate, all: [keys, new CreateScreen(host), operate, ...others, new SettingsScreen(host, themes)] };
}
