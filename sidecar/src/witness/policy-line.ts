import { SidecarError } from '../errors.ts';

/** A line of a trust policy that says something, in its items. */
export interface PolicyLine {
  /** Counted from 1. */
  readonly number: number;
  readonly keyword: string;
  readonly items: readonly string[];
}

/** Of the control characters only the tab is allowed inside a line; octets above 0x7f are opaque. */
const forbiddenCharacter = /[^\t\x20-\x7e\u0080-\uffff]/;

/**
 * The lines of C2SP tlog-policy "Structure" and "Character set": items between spaces and tabs only, no empty lines
 * and no comments.
 *
 * @throws SidecarError `config_invalid`
 */
export function policyLines(text: string): readonly PolicyLine[] {
  const lines = text.split('\n');
  // What comes after the last newline is no line; a cut file must not be read as a shorter policy.
  if (lines.pop() !== '') throw misfit(lines.length + 1, 'the line does not end in a newline');
  return lines.flatMap((line, index) => {
    const number = index + 1;
    if (forbiddenCharacter.test(line)) throw misfit(number, 'a control character');
    const [keyword, ...items] = line.split(/[ \t]+/).filter((item) => item !== '');
    return keyword === undefined || keyword.startsWith('#') ? [] : [{ number, keyword, items }];
  });
}

/** The error to throw for a line. */
export function misfit(lineNumber: number, reason: string): SidecarError {
  return new SidecarError('config_invalid', `log policy line ${lineNumber}: ${reason}`);
}
