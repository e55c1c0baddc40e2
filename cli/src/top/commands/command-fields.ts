import { type Argument, Command, type Option } from 'commander';
import type { FieldShape } from '../form/field.ts';
import type { CommandPlan, TypedInput } from './command-plan.ts';
import { typedBytes } from './typed-bytes.ts';

/** Waiting for approvals belongs to the command line: here the request is shown among the approvals. */
const neverAsked: readonly string[] = ['wait'];

/** The options and operands of a command that a person fills in: what it cannot do without, then in the order of its help. */
export function fieldsOf(plan: CommandPlan): FieldShape[] {
  const { options, operands } = partsOf(plan);
  const shapes = [
    ...(plan.typed ?? []).map(typedField),
    ...operands.map((operand) => operandField(operand)),
    ...options.map((option) => optionField(option, plan)),
  ];
  const hidden = [...(plan.without ?? []), ...neverAsked, ...Object.keys(plan.fixed ?? {})];
  const shown = shapes.filter(({ name }) => !hidden.includes(name));
  return [...shown.filter(({ isRequired }) => isRequired), ...shown.filter(({ isRequired }) => !isRequired)];
}

/** The command's own options and operands, by which the words of its line are written. */
export function partsOf({ description }: CommandPlan): { options: readonly Option[]; operands: readonly Argument[] } {
  const parent = new Command();
  const command = parent.command(description.usage);
  description.options?.(command);
  return { options: command.options, operands: command.registeredArguments };
}

function operandField(operand: Argument): FieldShape {
  const name = operand.name();
  return { name, label: name, about: operand.description || operandAbout(name), isRequired: operand.required };
}

/** Operands say what they are by their name, in the usage line. */
function operandAbout(name: string): string {
  return name === 'file' ? 'the file to read' : `${name} of what this is about`;
}

function typedField({ name, about, of }: TypedInput): FieldShape {
  return { name, label: name, about, ...(of === 'bytes' && { parse: typedBytes }) };
}

function optionField(option: Option, { choices = {}, repeated = [], typed = [] }: CommandPlan): FieldShape {
  const name = option.attributeName();
  const values = choices[name] ?? option.argChoices;
  const parse = option.argChoices === undefined ? option.parseArg : undefined;
  const hasStandIn = typed.some(({ inPlaceOf }) => inPlaceOf === name);
  return {
    name,
    label: option.long?.slice(2) ?? name,
    about: option.description,
    isRequired: option.mandatory && !hasStandIn,
    isSwitch: option.isBoolean(),
    isRepeated: repeated.includes(name),
    ...(values !== undefined && { choices: values }),
    // A parser of commander takes what was given before, too.
    ...(parse !== undefined && { parse: (value) => parse(value, undefined) }),
  };
}
