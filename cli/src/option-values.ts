import { InvalidArgumentError } from 'commander';

/** A whole number from `least` to `most`, for commander. */
export function wholeNumber(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`it is not a whole number from ${least} to ${most}.`);
  };
}

/** Gathers the values of an option that may be given more than once. */
export function repeated(value: string, previous: readonly string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** The same for values of a list. */
export function repeatedOf<Choice extends string>(choices: readonly Choice[]) {
  return (value: string, previous: readonly Choice[] | undefined): Choice[] => {
    const chosen = choices.find((choice) => choice === value);
    if (chosen === undefined) throw new InvalidArgumentError(`choose from ${choices.join(', ')}.`);
    return [...(previous ?? []), chosen];
  };
}

/** Gathers `name=value` pairs. */
export function labelPair(
  text: string,
  previous: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('write NAME=VALUE.');
  return { ...previous, [text.slice(0, at)]: text.slice(at + 1) };
}
