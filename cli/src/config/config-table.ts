import { table } from '../table.ts';
import type { Given, Origin } from './config-layers.ts';
import type { ServeConfig } from './serve-config.ts';
import { settings } from './settings.ts';

/** One setting in force. */
export interface ShownSetting {
  readonly key: string;
  readonly value: unknown;
  readonly origin: Origin;
}

/** Every setting that has a value, in the order of the schema. */
export function shownSettings({ values }: ServeConfig): ShownSetting[] {
  return settings.flatMap(({ key }) => {
    const given: Given | undefined = values.get(key);
    return given === undefined ? [] : [{ key, ...given }];
  });
}

export function configTable(shown: readonly ShownSetting[], hasOrigin: boolean): string {
  if (!hasOrigin)
    return table(
      ['KEY', 'VALUE'],
      shown.map(({ key, value }) => [key, valueText(value)]),
    );
  const rows = shown.map(({ key, value, origin }) => [key, originText(origin), valueText(value)]);
  return table(['KEY', 'FROM', 'VALUE'], rows);
}

function originText(origin: Origin): string {
  if (origin.from === 'default') return 'default';
  return origin.from === 'file' ? `line ${origin.line}` : origin.name;
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
