/**
 * How much of it a test does: what an environment variable says, or as much as usual.
 *
 * @throws Error for anything but a whole number from 1
 */
export function runSize(variable: string, usual: number): number {
  const text = process.env[variable];
  return text === undefined ? usual : sizeIn(variable, text);
}

/**
 * The size that the text of a variable says.
 *
 * @throws Error for anything but a whole number from 1: a run that does nothing would pass
 */
export function sizeIn(variable: string, text: string): number {
  const size = wholeNumberIn(variable, text);
  if (size === 0) throw new Error(`${variable} is 0: nothing would be tried`);
  return size;
}

/** @throws Error for anything but a whole number */
export function wholeNumberIn(variable: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${variable} is no whole number: ${text}`);
  return Number(text);
}
