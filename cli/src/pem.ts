const lineCharacters = 64;
const alphabet = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const padding = 0x3d;
const lineFeed = 0x0a;

/** PEM (RFC 7468) of secret bytes; unlike a string it can be zeroed, and that is the caller's. */
export function secretPem(label: string, der: Uint8Array): Buffer {
  const head = Buffer.from(`-----BEGIN ${label}-----\n`);
  const foot = Buffer.from(`-----END ${label}-----\n`);
  const characters = Math.ceil(der.length / 3) * 4;
  const lines = Math.ceil(characters / lineCharacters);
  const pem = Buffer.allocUnsafeSlow(head.length + characters + lines + foot.length);
  head.copy(pem);
  foot.copy(pem, writeBase64(der, pem, head.length));
  return pem;
}

/** @returns where the text ends */
function writeBase64(bytes: Uint8Array, target: Buffer, start: number): number {
  let at = start;
  let column = 0;
  for (let index = 0; index < bytes.length; index += 3) {
    const present = Math.min(3, bytes.length - index);
    const group = ((bytes[index] ?? 0) << 16) | ((bytes[index + 1] ?? 0) << 8) | (bytes[index + 2] ?? 0);
    for (let digit = 0; digit < 4; digit += 1) {
      target[at++] = digit > present ? padding : (alphabet[(group >> (18 - 6 * digit)) & 63] as number);
    }
    column += 4;
    if (column === lineCharacters || index + 3 >= bytes.length) {
      target[at++] = lineFeed;
      column = 0;
    }
  }
  return at;
}
