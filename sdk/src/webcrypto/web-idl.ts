/** Conversions of WebIDL (section 3.2, "JavaScript type mapping") as far as WebCrypto needs them. */

/** Turns a JavaScript value into its IDL value or throws a TypeError that names `what`. */
export type Converter<T> = (value: unknown, what: string) => T;

export type ByteSource = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

export const domString: Converter<string> = (value, what) => {
  if (typeof value === 'symbol') throw new TypeError(`${what} is a symbol, not a string`);
  return String(value);
};

export const boolean: Converter<boolean> = Boolean;

export function isObject(value: unknown): value is object {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

/** An integer type with [EnforceRange]: no wrapping, no NaN, no infinity. */
function enforceRange(maximum: number): Converter<number> {
  return (value, what) => {
    // Unary plus is ToNumber: a BigInt or Symbol throws, where Number() would let a BigInt pass.
    const number = Math.trunc(+(value as number));
    if (!(number >= 0 && number <= maximum)) throw new TypeError(`${what} is not an integer from 0 to ${maximum}`);
    return number + 0;
  };
}

export const octet = enforceRange(0xff);
export const unsignedShort = enforceRange(0xffff);
export const unsignedLong = enforceRange(0xffffffff);

export function enumeration<T extends string>(name: string, values: readonly T[]): Converter<T> {
  const known: ReadonlySet<string> = new Set(values);
  return (value, what) => {
    const text = domString(value, what);
    if (!known.has(text)) throw new TypeError(`${what}: ${JSON.stringify(text)} is not a ${name}`);
    return text as T;
  };
}

export function sequence<T>(element: Converter<T>): Converter<T[]> {
  return (value, what) => {
    if (!isObject(value) || typeof (value as Iterable<unknown>)[Symbol.iterator] !== 'function') {
      throw new TypeError(`${what} is not a sequence`);
    }
    return Array.from(value as Iterable<unknown>, (item, index) => element(item, `element ${index} of ${what}`));
  };
}

interface Slots {
  buffer(this: unknown): ArrayBufferLike;
  byteOffset(this: unknown): number;
  byteLength(this: unknown): number;
}

/** Getters of internal slots, which an own property of the same name cannot deceive. */
function slotGetters(prototype: object): Slots {
  const getter = (name: string) => Object.getOwnPropertyDescriptor(prototype, name)?.get as () => never;
  return { buffer: getter('buffer'), byteOffset: getter('byteOffset'), byteLength: getter('byteLength') };
}

const typedArraySlots = slotGetters(Object.getPrototypeOf(Uint8Array.prototype));
const dataViewSlots = slotGetters(DataView.prototype);
const arrayBufferSlots = slotGetters(ArrayBuffer.prototype);
const typedArrayName = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), Symbol.toStringTag)
  ?.get as (this: unknown) => string | undefined;

function isArrayBuffer(value: unknown): value is ArrayBuffer {
  try {
    arrayBufferSlots.byteLength.call(value);
    return true;
  } catch {
    return false;
  }
}

function viewSlots(view: ArrayBufferView): Slots {
  return typedArrayName.call(view) === undefined ? dataViewSlots : typedArraySlots;
}

/** A BufferSource by reference; a view on shared memory is refused. */
export const bufferSource: Converter<ByteSource> = (value, what) => {
  if (ArrayBuffer.isView(value)) {
    if (isArrayBuffer(viewSlots(value).buffer.call(value))) return value as ArrayBufferView<ArrayBuffer>;
    throw new TypeError(`${what} is a view on shared memory`);
  }
  if (isArrayBuffer(value)) return value;
  throw new TypeError(`${what} is not an ArrayBuffer or a view on one`);
};

/** A BigInteger of WebCrypto. */
export const uint8Array: Converter<Uint8Array<ArrayBuffer>> = (value, what) => {
  if (ArrayBuffer.isView(value) && typedArrayName.call(value) === 'Uint8Array') {
    return bufferSource(value, what) as Uint8Array<ArrayBuffer>;
  }
  throw new TypeError(`${what} is not a Uint8Array`);
};

/** The bytes of the buffer source where they lie: none when it is detached. */
export function bytesOf(source: ByteSource): Uint8Array<ArrayBuffer> {
  try {
    if (!ArrayBuffer.isView(source)) return new Uint8Array(source);
    const slots = viewSlots(source);
    const buffer = slots.buffer.call(source) as ArrayBuffer;
    return new Uint8Array(buffer, slots.byteOffset.call(source), slots.byteLength.call(source));
  } catch {
    return new Uint8Array();
  }
}

/** "Get a copy of the bytes held by the buffer source". */
export function copyBytes(source: ByteSource): Uint8Array<ArrayBuffer> {
  return bytesOf(source).slice();
}

/** Bytes as WebCrypto returns them: an ArrayBuffer that holds nothing else. */
export function toArrayBuffer(bytes: Uint8Array): ArrayBuffer {
  const { buffer, byteLength } = bytes;
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) return buffer;
  return new Uint8Array(bytes).buffer;
}
