const space = 0x20;

/** Text as CK_INFO and its like hold it: UTF-8 of a fixed length in bytes, cut between characters, padded with spaces. */
export function paddedText(text: string, bytes: number): Buffer {
  const padded = Buffer.alloc(bytes, space);
  padded.write(text, 'utf8');
  return padded;
}
