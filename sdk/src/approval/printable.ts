/** Control characters, line separators, and marks that turn or hide what is beside them. */
const deceptive = /[\p{C}\p{Zl}\p{Zp}]/gu;

/** The text with everything escaped that a terminal or a reader would not see as it is. */
export function printable(text: string): string {
  return text.replaceAll(deceptive, (character) => {
    const digits = (character.codePointAt(0) ?? 0).toString(16);
    return `\\u{${digits}}`;
  });
}
