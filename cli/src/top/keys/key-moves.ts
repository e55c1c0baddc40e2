import { algorithmNames } from '../../algorithm-names.ts';
import type { CommandDescription } from '../../command.ts';
import { keyActivate } from '../../commands/key-activate.ts';
import { keyCancelDestruction } from '../../commands/key-cancel-destruction.ts';
import { keyCompromise } from '../../commands/key-compromise.ts';
import { keyDeactivate } from '../../commands/key-deactivate.ts';
import { keyDestroy } from '../../commands/key-destroy.ts';
import { keyResume } from '../../commands/key-resume.ts';
import { keyRotate } from '../../commands/key-rotate.ts';
import { keySuspend } from '../../commands/key-suspend.ts';
import { curveNames, hashNames } from '../../key-algorithms.ts';
import type { CommandPlan } from '../commands/command-plan.ts';
import type { Keystroke } from '../keystroke.ts';
import { blank, line } from '../line.ts';

/** What a key of the keyboard does with the named key that is looked at. */
export interface KeyMove {
  readonly stroke: Keystroke;
  readonly verb: string;
  readonly command: CommandDescription;
  /** It is in the help, and not in the last row. */
  readonly isRare?: boolean;
}

export const keyMoves: readonly KeyMove[] = Object.freeze<KeyMove[]>([
  { stroke: 'r', verb: 'rotate', command: keyRotate },
  { stroke: 'a', verb: 'activate', command: keyActivate, isRare: true },
  { stroke: 's', verb: 'suspend', command: keySuspend },
  { stroke: 'u', verb: 'resume', command: keyResume, isRare: true },
  { stroke: 'd', verb: 'deactivate', command: keyDeactivate },
  { stroke: 'c', verb: 'compromise', command: keyCompromise },
  { stroke: 'x', verb: 'destroy', command: keyDestroy },
  { stroke: 'z', verb: 'cancel destruction', command: keyCancelDestruction, isRare: true },
]);

/** Every move is asked for once more: most of them cannot be taken back. */
export function movePlan({ verb, command }: KeyMove, name: string): CommandPlan {
  return {
    noun: 'key',
    description: command,
    fixed: { name },
    choices: { algorithm: algorithmNames, curve: curveNames, hash: hashNames },
    warn: async (commandLine) => ({
      question: `${verb} ${name}?`,
      about: [line(command.summary), blank, line(commandLine, 'heading')],
    }),
  };
}
