import { decapsulate } from '../../commands/decapsulate.ts';
import { decrypt } from '../../commands/decrypt.ts';
import { encapsulate } from '../../commands/encapsulate.ts';
import { encrypt } from '../../commands/encrypt.ts';
import { random } from '../../commands/random.ts';
import { sign } from '../../commands/sign.ts';
import { verify } from '../../commands/verify.ts';
import { hashNames } from '../../key-algorithms.ts';
import type { CommandPlan, TypedInput } from '../commands/command-plan.ts';

const text = (about: string): TypedInput => ({ name: 'text', about, of: 'text', inPlaceOf: 'file' });
const bytes = (name: string, about: string, inPlaceOf: string): TypedInput => ({ name, about, of: 'bytes', inPlaceOf });

/** The result shows the bytes in any encoding. */
const without = ['encoding'];
const choices = { hash: hashNames };

/** The everyday commands. */
export const operations: readonly CommandPlan[] = Object.freeze<CommandPlan[]>([
  { description: sign, typed: [text('what is signed, in place of a file')], without, choices },
  {
    description: verify,
    typed: [
      text('what was signed, in place of a file'),
      bytes('signature bytes', 'the signature in hex or base64url, in place of a file', 'signature'),
    ],
    choices,
  },
  { description: encrypt, typed: [text('what is encrypted, in place of a file')] },
  { description: decrypt, typed: [bytes('encrypted bytes', 'in hex or base64url, in place of a file', 'file')] },
  { description: encapsulate },
  { description: decapsulate, typed: [bytes('ciphertext', 'in hex or base64url, in place of a file', 'file')] },
  { description: random, without },
]);

/** The name of the command. */
export function operationName({ description }: CommandPlan): string {
  return description.usage.split(' ')[0] ?? '';
}
