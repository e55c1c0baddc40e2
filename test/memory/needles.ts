/** Shorter byte strings are found by chance. */
const pieceBytes = 16;

/** How bytes can lie in memory: as they are, as the words of a big number, or as text. */
export type Form = 'bytes' | 'reversed' | 'hex' | 'base64' | 'base64url';

/** One byte string that tells that a secret is there. */
export interface Needle {
  readonly secret: string;
  readonly form: Form;
  readonly bytes: Buffer;
}

/**
 * What to look for to find a secret: its first and its last 16 bytes, because a freed block loses its beginning first,
 * in every form; texts also in UTF-16.
 *
 * @throws RangeError for a secret under 16 bytes
 */
export function needlesOf(secret: string, bytes: Uint8Array): Needle[] {
  if (bytes.length < pieceBytes) throw new RangeError(`${secret} has only ${bytes.length} bytes`);
  const pieces = [bytes.subarray(0, pieceBytes), ...(bytes.length > pieceBytes ? [bytes.subarray(-pieceBytes)] : [])];
  return pieces.flatMap((piece) => formsOf(Buffer.from(piece)).map((form) => ({ secret, ...form })));
}

function formsOf(piece: Buffer): Omit<Needle, 'secret'>[] {
  const inBase64 = [0, 1, 2].map((shift) => base64Inside(piece, shift));
  const texts: { readonly form: Form; readonly text: string }[] = [
    { form: 'hex', text: piece.toString('hex') },
    { form: 'hex', text: piece.toString('hex').toUpperCase() },
    ...inBase64.map((text) => ({ form: 'base64' as const, text })),
    ...inBase64.map((text) => ({ form: 'base64url' as const, text: text.replaceAll('+', '-').replaceAll('/', '_') })),
  ];
  return [
    { form: 'bytes', bytes: piece },
    { form: 'reversed', bytes: Buffer.from(piece).reverse() },
    ...texts.flatMap(({ form, text }) => [
      { form, bytes: Buffer.from(text, 'latin1') },
      { form, bytes: Buffer.from(text, 'utf16le') },
    ]),
  ];
}

/** The characters that only these bytes decide, where so many other bytes stand before them. */
function base64Inside(piece: Buffer, shift: number): string {
  const text = Buffer.concat([Buffer.alloc(shift), piece])
    .toString('base64')
    .replaceAll('=', '');
  const isPartial = (shift + piece.length) % 3 !== 0;
  return text.slice(shift === 0 ? 0 : shift + 1, isPartial ? -1 : undefined);
}
