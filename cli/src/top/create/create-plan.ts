import type { KeyRecord } from '@ferrohsm/sdk/node';
import { keyCreate } from '../../commands/key-create.ts';
import { curveNames, everyUsage, hashNames, hasParameter, type KeyParameters } from '../../key-algorithms.ts';
import { recordText } from '../../named-key.ts';
import type { Capture } from '../commands/capture.ts';
import type { CommandPlan } from '../commands/command-plan.ts';
import { blank, line, linesOf } from '../line.ts';

/** The options of `key create` that are parameters of an algorithm. */
const parameterOptions: Readonly<Record<string, keyof KeyParameters>> = {
  curve: 'namedCurve',
  hash: 'hash',
  length: 'length',
  modulus: 'modulusLength',
};

/** `key create` for an algorithm, without the parameters that its keys do not have. */
export function createPlan(algorithm: string): CommandPlan {
  const foreign = Object.entries(parameterOptions).filter(([, parameter]) => !hasParameter(algorithm, parameter));
  return {
    noun: 'key',
    description: keyCreate,
    fixed: { algorithm },
    without: foreign.map(([option]) => option),
    choices: { curve: curveNames, hash: hashNames, usage: everyUsage },
    repeated: ['usage', 'label'],
    warn: async (commandLine) => ({
      question: `create this key of ${algorithm}?`,
      about: [line('This is what will be done:'), blank, line(commandLine, 'heading')],
    }),
    show: createdLines,
  };
}

function createdLines({ value }: Capture) {
  const { record } = value as { readonly record: KeyRecord };
  return linesOf(recordText(record));
}
