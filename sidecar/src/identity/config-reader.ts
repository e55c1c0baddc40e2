import { SidecarError } from '../errors.ts';

export function configInvalid(detail: string, cause?: unknown): SidecarError {
  return new SidecarError('config_invalid', detail, { cause });
}

/** One value of a JSON document and where it stands; every misfit is told with its JSON pointer (RFC 6901). */
export class ConfigReader {
  readonly #pointer: string;
  readonly #value: unknown;

  private constructor(pointer: string, value: unknown) {
    this.#pointer = pointer;
    this.#value = value;
  }

  static parse(text: string): ConfigReader {
    try {
      return new ConfigReader('', JSON.parse(text));
    } catch (cause) {
      throw configInvalid('principals.json is not JSON', cause);
    }
  }

  /** The error to throw for this value. */
  misfit(reason: string): SidecarError {
    return configInvalid(`principals.json ${this.#pointer || '/'}: ${reason}`);
  }

  allowOnly(names: readonly string[]): void {
    const unknown = Object.keys(this.#members()).find((name) => !names.includes(name));
    if (unknown !== undefined) throw this.#at(unknown, undefined).misfit('unknown member');
  }

  /** The one member that is there of several that exclude each other. */
  onlyOneOf<Name extends string>(names: readonly Name[]): Name {
    const present = names.filter((name) => Object.hasOwn(this.#members(), name));
    if (present.length !== 1 || present[0] === undefined) throw this.misfit(`exactly one of ${names.join(', ')}`);
    return present[0];
  }

  member(name: string): ConfigReader {
    const member = this.optional(name);
    if (member === undefined) throw this.#at(name, undefined).misfit('missing');
    return member;
  }

  optional(name: string): ConfigReader | undefined {
    const members = this.#members();
    return Object.hasOwn(members, name) ? this.#at(name, members[name]) : undefined;
  }

  elements(most: number): readonly ConfigReader[] {
    if (!Array.isArray(this.#value)) throw this.misfit('not an array');
    if (this.#value.length > most) throw this.misfit(`more than ${most} elements`);
    return this.#value.map((element, index) => this.#at(String(index), element));
  }

  text(pattern: RegExp): string {
    if (typeof this.#value !== 'string' || !pattern.test(this.#value)) throw this.misfit(`not a text like ${pattern}`);
    return this.#value;
  }

  oneOf<Text extends string>(texts: readonly Text[]): Text {
    const found = texts.find((text) => text === this.#value);
    if (found === undefined) throw this.misfit(`not one of ${texts.join(', ')}`);
    return found;
  }

  integer(least: number, most: number): number {
    const value = this.#value;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw this.misfit(`not an integer from ${least} to ${most}`);
    }
    return value;
  }

  #members(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.misfit('not an object');
    return value as Readonly<Record<string, unknown>>;
  }

  #at(name: string, value: unknown): ConfigReader {
    return new ConfigReader(`${this.#pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`, value);
  }
}
