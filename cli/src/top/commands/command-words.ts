import { single } from '../../completion/shell-quote.ts';
import { usageError } from '../../errors.ts';
import type { Form } from '../form/form.ts';
import type { CommandRun } from '../host.ts';
import { partsOf } from './command-fields.ts';
import type { CommandPlan, TypedInput } from './command-plan.ts';
import { typedBytes } from './typed-bytes.ts';

/** No file can have such a name, so nothing that a person types reads what was typed elsewhere. */
const typedName = '\0typed';

/**
 * The command as it was filled in.
 *
 * @throws CliError 2 for a text beside the file in place of which it is, 65 for bytes that are none
 */
export function filledCommand(plan: CommandPlan, form: Form): CommandRun {
  const { description, typed = [] } = plan;
  const inputs = new Map<string, Buffer<ArrayBuffer>>();
  const words = [verbOf(plan), ...optionWords(plan, form)];
  for (const input of typed) words.push(...typedWords(input, plan, form, inputs));
  return { description, words: [...words, ...operandWords(plan, form)], inputs };
}

/** The same as a line for a shell. */
export function commandLine({ noun }: CommandPlan, { words }: CommandRun): string {
  const [verb = '', ...rest] = words;
  const plain = rest.map((word) => (/^[\w./=:@+-]+$/.test(word) ? word : single(word)));
  return ['ferrohsm', ...(noun === undefined ? [] : [noun]), verb, ...plain].join(' ');
}

function verbOf({ description }: CommandPlan): string {
  return description.usage.split(' ')[0] ?? '';
}

function valuesOf({ fixed = {} }: CommandPlan, form: Form, name: string): readonly string[] {
  const value = fixed[name];
  return value === undefined ? form.valuesOf(name) : [value];
}

function optionWords(plan: CommandPlan, form: Form): string[] {
  return partsOf(plan).options.flatMap((option) => {
    const values = valuesOf(plan, form, option.attributeName());
    return values.map((value) => (option.isBoolean() ? (option.long ?? '') : `${option.long}=${value}`));
  });
}

function operandWords(plan: CommandPlan, form: Form): string[] {
  const values = partsOf(plan).operands.flatMap((operand) => valuesOf(plan, form, operand.name()));
  return values.length === 0 ? [] : ['--', ...values];
}

function typedWords(
  { name, of, inPlaceOf }: TypedInput,
  plan: CommandPlan,
  form: Form,
  inputs: Map<string, Buffer<ArrayBuffer>>,
): string[] {
  const [text] = form.valuesOf(name);
  const hasFile = valuesOf(plan, form, inPlaceOf).length > 0;
  if (text === undefined && hasFile) return [];
  if (text === undefined) throw usageError(`neither ${name} nor ${inPlaceOf} is given`, 'type one, or name a file');
  if (hasFile) throw usageError(`${name} and ${inPlaceOf} are both given`, 'empty one of them');
  const bytes = of === 'bytes' ? typedBytes(text) : Buffer.from(text);
  const option = partsOf(plan).options.find((each) => each.attributeName() === inPlaceOf);
  inputs.set(option === undefined ? '-' : typedName, bytes);
  return option === undefined ? [] : [`${option.long}=${typedName}`];
}
