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

const unitsMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/** A length of time in seconds: a number with s, m, h, d or w. */
export function seconds(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  if (count === undefined) throw new InvalidArgumentError('write a number and s, m, h, d or w, for example 90d.');
  return (Number(count) * (unitsMs[unit] ?? 0)) / 1000;
}

/** A moment to come in milliseconds since 1970: ISO 8601, or a length of time from now. */
export function momentToCome(text: string): number {
  const isLength = /^\d{1,9}[smhdw]$/.test(text);
  const time = isLength ? Date.now() + seconds(text) * 1000 : Date.parse(text);
  if (!Number.isNaN(time) && time > Date.now()) return time;
  throw new InvalidArgumentError('write a moment to come in ISO 8601, or a length of time such as 90d.');
}

/** A moment in milliseconds since 1970: ISO 8601, or an age such as 2h. */
export function moment(text: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhdw])$/.exec(text) ?? [];
  const time = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (unitsMs[unit] ?? 0);
  if (Number.isNaN(time)) throw new InvalidArgumentError('write ISO 8601, or an age such as 2h.');
  return time;
}
