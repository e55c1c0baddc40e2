import { limitOptions } from '../serve-options.ts';
import { configurationMark } from '../sidecar-options.ts';
import type { ServeConfig } from './serve-config.ts';
import { type Setting, settings } from './settings.ts';

/** A running sidecar. */
interface Adjustable {
  adjust(limits: ReturnType<typeof limitOptions>, configuration: ReturnType<typeof configurationMark>): Promise<void>;
}

/** The log of the operator. */
interface Log {
  write(level: 'info' | 'warn', event: string, fields: { readonly message: string }): void;
}

/** The configuration of a running sidecar, which signals have read again. */
export class ConfigReload {
  readonly #read: () => ServeConfig;
  readonly #log: Log;
  /** What only a restart takes is as it was then. */
  readonly #started: ServeConfig;
  #inForce: ServeConfig;

  constructor(started: ServeConfig, read: () => ServeConfig, log: Log) {
    this.#started = started;
    this.#inForce = started;
    this.#read = read;
    this.#log = log;
  }

  /** How long calls that are under way may go on at a stop, in milliseconds. */
  get drainMs(): number {
    return this.#inForce.options.drain * 1000;
  }

  /** Takes what can be taken now, and says so of everything that has changed. What is broken changes nothing. */
  async reload(sidecar: Adjustable): Promise<void> {
    try {
      const next = this.#read();
      await sidecar.adjust(limitOptions(next.options), configurationMark(next));
      const taken = changesBetween(this.#inForce, next).filter(({ isReloaded }) => isReloaded);
      const left = changesBetween(this.#started, next).filter(({ isReloaded }) => !isReloaded);
      this.#inForce = next;
      this.#say(taken, left);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#log.write('warn', 'configuration', { message: `what is in force stays: ${reason}` });
    }
  }

  #say(taken: readonly Setting[], left: readonly Setting[]): void {
    const say = (level: 'info' | 'warn', message: string) => this.#log.write(level, 'configuration', { message });
    if (taken.length + left.length === 0) say('info', 'nothing has changed');
    if (taken.length > 0) say('info', `in force now: ${keysOf(taken)}`);
    if (left.length > 0) say('warn', `needs a restart: ${keysOf(left)}`);
  }
}

function changesBetween(before: ServeConfig, after: ServeConfig): Setting[] {
  const textOf = ({ values }: ServeConfig, key: string) => JSON.stringify(values.get(key)?.value);
  return settings.filter(({ key }) => textOf(before, key) !== textOf(after, key));
}

function keysOf(changed: readonly Setting[]): string {
  return changed.map(({ key }) => key).join(', ');
}
