import { SidecarError } from '../errors.ts';
import { escapePointer, findDuplicateName } from './duplicate-names.ts';

export function configInvalid(detail: string, cause?: unknown): SidecarError {
  return new SidecarError('config_invalid', detail, { cause });
}

/** One reader for each member that an object may have. */
export type MemberReaders<Shape> = { readonly [Name in keyof Shape]-?: (member: ConfigReader) => Shape[Name] };

/** One value of a JSON document and where it stands; every misfit is told with its JSON pointer (RFC 6901). */
export class ConfigReader {
  readonly #file: string;
  readonly #pointer: string;
  readonly #value: unknown;

  private constructor(file: string, pointer: string, value: unknown) {
    this.#file = file;
    this.#pointer = pointer;
    this.#value = value;
  }

  /** @param file how a refusal names the document, for example `principals.json` */
  static parse(file: string, text: string): ConfigReader {
    const root = new ConfigReader(file, '', parseJson(file, text));
    const duplicate = findDuplicateName(text);
    if (duplicate !== undefined) throw root.misfit('this member is there twice', duplicate);
    return root;
  }

  /**
   * The error to throw for this value.
   *
   * @param below JSON pointer from here to what is wrong
   */
  misfit(reason: string, below = ''): SidecarError {
    return configInvalid(`${this.#file} ${`${this.#pointer}${below}` || '/'}: ${reason}`);
  }

  /** An object of which nothing is unknown; its members are read in the order of the readers. */
  object<Shape extends object>(readers: MemberReaders<Shape>, required: readonly (keyof Shape & string)[]): Shape {
    this.allowOnly(Object.keys(readers));
    const entries = Object.entries<(member: ConfigReader) => unknown>(readers).flatMap(([name, read]) => {
      const member = (required as readonly string[]).includes(name) ? this.member(name) : this.optional(name);
      return member === undefined ? [] : [[name, read(member)]];
    });
    return Object.fromEntries(entries);
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

  boolean(): boolean {
    if (typeof this.#value !== 'boolean') throw this.misfit('not true or false');
    return this.#value;
  }

  /** The value as it is, of any shape. */
  anything(): unknown {
    return this.#value;
  }

  #members(): Readonly<Record<string, unknown>> {
    const value = this.#value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) throw this.misfit('not an object');
    return value as Readonly<Record<string, unknown>>;
  }

  #at(name: string, value: unknown): ConfigReader {
    return new ConfigReader(this.#file, `${this.#pointer}/${escapePointer(name)}`, value);
  }
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw configInvalid(`${file} is not JSON`, cause);
  }
}
