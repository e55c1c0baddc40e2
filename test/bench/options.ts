import { parseArgs } from 'node:util';

export interface RoundOptions {
  /** Milliseconds that each side gets in a round. */
  readonly roundMs: number;
  /** Rounds in which the sides take turns. */
  readonly rounds: number;
  /** Where the figures go besides the terminal. */
  readonly json: string | undefined;
}

export interface BenchOptions extends RoundOptions {
  /** Ids of operations. */
  readonly operations: readonly string[];
  /** Operations in flight. */
  readonly concurrencies: readonly number[];
  /** Ids of sides. */
  readonly sides: readonly string[];
  /** Whether a selection was made: then only the table is measured. */
  readonly isSelection: boolean;
  /** A file whose results are replaced by those of this run. */
  readonly markdown: string | undefined;
  /** Growth is measured in place of rates. */
  readonly growth: GrowthOptions | undefined;
}

export interface GrowthOptions {
  /** Sizes of keystores. */
  readonly keys: readonly number[];
  /** Sizes of logs. */
  readonly entries: readonly number[];
  /** Minutes after which nothing more is begun. */
  readonly minutes: number;
}

/** What can be chosen from, in the order of the table. */
export interface Choices {
  readonly operations: readonly string[];
  readonly sides: readonly string[];
}

const concurrencies = [1, 8, 64, 256];
/** A first impression: rounds too short to publish. */
const quick = {
  roundMs: 150,
  concurrencies: [1, 64],
  operations: ['no-op', 'p256', 'ml-dsa-65', 'aes-1k'],
  sides: ['in-process', 'disk', 'durable', 'buffered', 'p11-kit', 'ssh-agent', 'http'],
};
const usualRoundMs = 500;
const usualRounds = 4;

const roundFlags = {
  quick: { type: 'boolean', default: false },
  json: { type: 'string' },
  'round-ms': { type: 'string' },
  rounds: { type: 'string' },
} as const;

const benchFlags = {
  ...roundFlags,
  only: { type: 'string' },
  concurrency: { type: 'string' },
  sides: { type: 'string' },
  markdown: { type: 'string' },
  growth: { type: 'boolean', default: false },
  'growth-keys': { type: 'string', default: '1000,100000' },
  'growth-entries': { type: 'string', default: '1000000' },
  'growth-minutes': { type: 'string', default: '10' },
} as const;

const profileFlags = {
  operation: { type: 'string', default: 'p256' },
  concurrency: { type: 'string', default: '1,64' },
  ms: { type: 'string', default: '5000' },
  json: { type: 'string' },
  markdown: { type: 'string' },
} as const;

/** @throws Error for what is no option, or no value of one */
export function parseRoundOptions(args: readonly string[]): RoundOptions {
  return roundOptions(parseArgs({ args: [...args], options: roundFlags }).values);
}

export interface GateOptions extends RoundOptions {
  /** The run becomes what later ones are compared with. */
  readonly isBaseline: boolean;
}

/** @throws Error for what is no option, or no value of one */
export function parseGateOptions(args: readonly string[]): GateOptions {
  const baseline = { 'write-baseline': { type: 'boolean', default: false } } as const;
  const { values } = parseArgs({ args: [...args], options: { ...roundFlags, ...baseline } });
  return { ...roundOptions(values), isBaseline: values['write-baseline'] };
}

export interface ProfileOptions {
  /** Id of what is profiled. */
  readonly operation: string;
  /** Operations in flight, one after the other. */
  readonly concurrencies: readonly number[];
  /** Milliseconds of each. */
  readonly durationMs: number;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
}

/** @throws Error for what is no option, or no value of one */
export function parseProfileOptions(args: readonly string[], operations: readonly string[]): ProfileOptions {
  const { values } = parseArgs({ args: [...args], options: profileFlags });
  requireKnown('operation', values.operation, operations);
  return {
    operation: values.operation,
    concurrencies: numbers('concurrency', values.concurrency) ?? [],
    durationMs: wholeNumber('ms', values.ms),
    json: values.json,
    markdown: values.markdown,
  };
}

/** The full table takes some ten minutes, `--quick` a minute or two, a selection of one row some seconds. */
export function parseOptions(args: readonly string[], choices: Choices): BenchOptions {
  const { values } = parseArgs({ args: [...args], options: benchFlags });
  const usual = values.quick ? quick : { ...choices, concurrencies };
  return {
    ...roundOptions(values),
    operations: chosen('only', values.only, choices.operations) ?? usual.operations,
    concurrencies: numbers('concurrency', values.concurrency) ?? usual.concurrencies,
    sides: chosen('sides', values.sides, choices.sides) ?? usual.sides,
    isSelection: values.only !== undefined || values.sides !== undefined,
    markdown: values.markdown,
    growth: values.growth ? growthOptions(values) : undefined,
  };
}

interface RoundValues {
  readonly quick: boolean;
  readonly json?: string | undefined;
  readonly 'round-ms'?: string | undefined;
  readonly rounds?: string | undefined;
}

function roundOptions({ quick: isQuick, json, rounds, 'round-ms': roundMs }: RoundValues): RoundOptions {
  return {
    roundMs: positive('round-ms', roundMs) ?? (isQuick ? quick.roundMs : usualRoundMs),
    rounds: positive('rounds', rounds) ?? usualRounds,
    json,
  };
}

function growthOptions(values: Readonly<Record<'growth-keys' | 'growth-entries' | 'growth-minutes', string>>) {
  return {
    keys: numbers('growth-keys', values['growth-keys']) ?? [],
    entries: numbers('growth-entries', values['growth-entries']) ?? [],
    minutes: positive('growth-minutes', values['growth-minutes']) ?? 0,
  };
}

function chosen(flag: string, text: string | undefined, known: readonly string[]): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const ids = text.split(',');
  for (const id of ids) requireKnown(flag, id, known);
  return known.filter((id) => ids.includes(id));
}

function requireKnown(flag: string, id: string, known: readonly string[]): void {
  if (!known.includes(id)) throw new Error(`--${flag} ${id}: none of ${known.join(', ')}`);
}

function numbers(flag: string, text: string | undefined): readonly number[] | undefined {
  return text?.split(',').map((item) => wholeNumber(flag, item));
}

function positive(flag: string, text: string | undefined): number | undefined {
  return text === undefined ? undefined : wholeNumber(flag, text);
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (/^\d{1,9}$/.test(text) && value >= 1) return value;
  throw new Error(`--${flag} ${text}: not a whole number from 1`);
}
