import { isUtf8 } from 'node:buffer';
import { SidecarError } from '../errors.ts';
import { decodeName, MemberNames } from './member-names.ts';

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const minus = 0x2d;
const plus = 0x2b;
const point = 0x2e;
const zero = 0x30;
const nine = 0x39;
const lowerU = 0x75;
const forbiddenName = '__proto__';
/** Fewer characters than this, without an exponent, are a finite number: the largest double has 309 digits. */
const safeNumberLength = 300;
const literals = ['true', 'false', 'null'].map((word) => Buffer.from(word));
const shortEscapes = new Set(Buffer.from('"\\/bfnrt'));

/**
 * Decides before JSON.parse whether bytes may be parsed: JSON.parse takes any depth (blocking for seconds), keeps the
 * last of duplicate members, makes `__proto__` an own member, 1e400 Infinity, and repairs broken UTF-8. What passes is
 * valid JSON (RFC 8259) and I-JSON (RFC 7493) but for integers beyond 2^53.
 *
 * One scanner serves all connections: a scan is synchronous.
 */
export class JsonScanner {
  readonly #depth: number;
  readonly #names: MemberNames;
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;

  /** @param depth how deep arrays and objects may nest; `[]` has depth 1 */
  constructor(depth: number) {
    this.#depth = depth;
    this.#names = new MemberNames(depth);
  }

  /** @throws SidecarError `parse_error`; `message_too_big` when nested too deep. The detail names the byte. */
  scan(bytes: Buffer): void {
    if (!isUtf8(bytes)) throw new SidecarError('parse_error', 'invalid utf-8');
    this.#bytes = bytes;
    this.#at = 0;
    try {
      this.#value(0);
      if (this.#skipSpace() !== undefined) throw this.#unexpected();
    } finally {
      this.#names.clear();
      this.#bytes = Buffer.alloc(0);
    }
  }

  #value(level: number): void {
    const byte = this.#skipSpace();
    if (byte === quote) this.#string();
    else if (byte === openBrace) this.#object(level);
    else if (byte === openBracket) this.#array(level);
    else if (byte === minus || isDigit(byte)) this.#number();
    else this.#literal();
  }

  #object(level: number): void {
    this.#enter(level);
    this.#names.open(level);
    if (this.#skipIf(closeBrace)) return;
    do {
      if (this.#skipSpace() !== quote) throw this.#unexpected();
      this.#name(level);
      if (!this.#skipIf(colon)) throw this.#unexpected();
      this.#value(level + 1);
    } while (this.#skipIf(comma));
    if (!this.#skipIf(closeBrace)) throw this.#unexpected();
  }

  #array(level: number): void {
    this.#enter(level);
    if (this.#skipIf(closeBracket)) return;
    do this.#value(level + 1);
    while (this.#skipIf(comma));
    if (!this.#skipIf(closeBracket)) throw this.#unexpected();
  }

  #enter(level: number): void {
    if (level >= this.#depth) throw new SidecarError('message_too_big', `nested deeper than ${this.#depth}`);
    this.#at += 1;
  }

  #name(level: number): void {
    const start = this.#at + 1;
    const escaped = this.#string();
    const end = this.#at - 1;
    if (mayBeForbidden(end - start, escaped) && decodeName(this.#bytes, start, end, escaped) === forbiddenName) {
      throw this.#refused(`member ${forbiddenName}`);
    }
    if (!this.#names.add(level, this.#bytes, start, end, escaped)) throw this.#refused('duplicate member name');
  }

  /** Passes a string, from quote to quote; true when it holds an escape. */
  #string(): boolean {
    const bytes = this.#bytes;
    let escaped = false;
    for (let at = this.#at + 1; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      if (byte === quote) {
        this.#at = at + 1;
        return escaped;
      }
      if (byte === backslash) {
        escaped = true;
        this.#at = at;
        at = this.#escape() - 1;
      } else if (byte < 0x20) {
        this.#at = at;
        throw this.#unexpected();
      }
    }
    this.#at = bytes.length;
    throw this.#unexpected();
  }

  /** Where the escape at the current place ends. */
  #escape(): number {
    const kind = this.#bytes[this.#at + 1];
    if (kind !== lowerU) {
      if (kind === undefined || !shortEscapes.has(kind)) throw this.#unexpected();
      return this.#at + 2;
    }
    const unit = this.#codeUnit(this.#at);
    if (unit < 0xd800 || unit > 0xdfff) return this.#at + 6;
    const low = unit < 0xdc00 && this.#bytes[this.#at + 6] === backslash && this.#bytes[this.#at + 7] === lowerU;
    const second = low ? this.#codeUnit(this.#at + 6) : 0;
    if (second < 0xdc00 || second > 0xdfff) throw this.#refused('lone surrogate');
    return this.#at + 12;
  }

  #codeUnit(at: number): number {
    let unit = 0;
    for (let digit = at + 2; digit < at + 6; digit += 1) {
      const value = hexValue(this.#bytes[digit]);
      if (value < 0) throw this.#unexpected();
      unit = unit * 16 + value;
    }
    return unit;
  }

  #number(): void {
    const start = this.#at;
    let exponent = false;
    if (this.#bytes[this.#at] === minus) this.#at += 1;
    if (this.#bytes[this.#at] === zero) this.#at += 1;
    else this.#digits();
    if (this.#bytes[this.#at] === point) {
      this.#at += 1;
      this.#digits();
    }
    if (((this.#bytes[this.#at] ?? 0) | 0x20) === 0x65) {
      exponent = true;
      this.#at += 1;
      const sign = this.#bytes[this.#at];
      if (sign === plus || sign === minus) this.#at += 1;
      this.#digits();
    }
    if (!exponent && this.#at - start < safeNumberLength) return;
    if (!Number.isFinite(Number(this.#bytes.toString('latin1', start, this.#at))))
      throw this.#refused('number out of range');
  }

  #digits(): void {
    if (!isDigit(this.#bytes[this.#at])) throw this.#unexpected();
    do this.#at += 1;
    while (isDigit(this.#bytes[this.#at]));
  }

  #literal(): void {
    const bytes = this.#bytes;
    for (const word of literals) {
      if (bytes[this.#at] !== word[0]) continue;
      const end = this.#at + word.length;
      if (end > bytes.length || bytes.compare(word, 0, word.length, this.#at, end) !== 0) break;
      this.#at = end;
      return;
    }
    throw this.#unexpected();
  }

  /** Passes the byte when it is the next one after white space. */
  #skipIf(expected: number): boolean {
    if (this.#skipSpace() !== expected) return false;
    this.#at += 1;
    return true;
  }

  /** The next byte that is not white space; stays in front of it. */
  #skipSpace(): number | undefined {
    for (;;) {
      const byte = this.#bytes[this.#at];
      if (byte === undefined || byte > 0x20) return byte;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) throw this.#unexpected();
      this.#at += 1;
    }
  }

  #unexpected(): SidecarError {
    return this.#refused(this.#at < this.#bytes.length ? 'unexpected character' : 'unexpected end');
  }

  #refused(what: string): SidecarError {
    return new SidecarError('parse_error', `${what} at byte ${this.#at}`);
  }
}

function mayBeForbidden(length: number, escaped: boolean): boolean {
  return length === forbiddenName.length || escaped;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= zero && byte <= nine;
}

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= zero && byte <= nine) return byte - zero;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}
