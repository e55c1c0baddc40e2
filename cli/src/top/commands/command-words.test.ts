import { describe, expect, test } from 'vitest';
import { keyCreate } from '../../commands/key-create.ts';
import { sign } from '../../commands/sign.ts';
import { verify } from '../../commands/verify.ts';
import { createPlan } from '../create/create-plan.ts';
import { Form } from '../form/form.ts';
import { operations } from '../operate/operations.ts';
import { fieldsOf } from './command-fields.ts';
import type { CommandPlan } from './command-plan.ts';
import { commandLine, filledCommand } from './command-words.ts';
import { typedBytes } from './typed-bytes.ts';

const planOf = (description: CommandPlan['description']) =>
  operations.find((plan) => plan.description === description) as CommandPlan;

function filled(plan: CommandPlan, values: Readonly<Record<string, string>>) {
  return filledCommand(plan, new Form(fieldsOf(plan), values));
}

describe('the form of a command', () => {
  test('has what the command line has, without the parameters that the algorithm does not have', () => {
    const names = (algorithm: string) => fieldsOf(createPlan(algorithm)).map(({ name }) => name);
    const always = ['rotateEvery', 'rotateAfterUses', 'rotateAfterBytes', 'rotateOverlap'];
    const described = ['usage', 'label', 'description', 'expires', 'inactive'];
    expect(names('ML-DSA-65')).toEqual(['name', ...always, ...described]);
    expect(names('ECDSA')).toEqual(['name', 'curve', ...always, ...described]);
    expect(names('RSA-PSS')).toEqual(['name', 'hash', 'modulus', ...always, ...described]);
    expect(names('HMAC')).toEqual(['name', 'hash', 'length', ...always, ...described]);
    expect(names('AES-GCM')).toEqual(['name', 'length', ...always, ...described]);
  });

  test('becomes the words that a shell would give', () => {
    const plan = { ...createPlan('ECDSA'), description: keyCreate };
    const command = filled(plan, { name: 'web/tls', curve: 'P-384', label: 'team=web, note=it is theirs' });
    expect(command.words).toEqual([
      'create',
      '--curve=P-384',
      '--label=team=web',
      '--label=note=it is theirs',
      '--algorithm=ECDSA',
      '--',
      'web/tls',
    ]);
    expect(commandLine(plan, command)).toBe(
      "ferrohsm key create --curve=P-384 --label=team=web '--label=note=it is theirs' --algorithm=ECDSA -- web/tls",
    );
  });

  test('gives typed text as standard input, and bytes under a name that no file has', () => {
    const { words, inputs } = filled(planOf(verify), { key: 'k', text: 'grüße', 'signature bytes': 'c2ln' });
    expect(words).toEqual(['verify', '--key=k', '--signature=\0typed']);
    expect(inputs.get('-')?.toString()).toBe('grüße');
    expect(inputs.get('\0typed')?.toString()).toBe('sig');
  });

  test('takes a file in place of the text, and not both or neither', () => {
    expect(filled(planOf(sign), { key: 'k', file: '-x' }).words).toEqual(['sign', '--key=k', '--', '-x']);
    expect(() => filled(planOf(sign), { key: 'k', file: 'f', text: 't' })).toThrow('text and file are both given');
    expect(() => filled(planOf(sign), { key: 'k' })).toThrow('neither text nor file is given');
  });

  test('goes to what is wrong, and says it', () => {
    const form = new Form(fieldsOf(createPlan('AES-GCM')), { name: 'a', length: '1.5', rotateEvery: '90d' });
    expect(form.check()).toBe(false);
    expect(form.focused?.shape.name).toBe('length');
    const text = form
      .drawn({ rows: 18, columns: 80 })
      .map((row) => row.map((span) => span.text).join(''))
      .join('\n');
    expect(text).toMatch(/^>!length +1\.5/m);
    expect(text).toMatch(/^length: it is not a whole number from 1 to 4096\./m);
  });
});

test.each([
  ['0aFF', Buffer.of(10, 255)],
  ['0a ff\n', Buffer.of(10, 255)],
  ['c2ln', Buffer.from('sig')],
  ['_-8', Buffer.of(255, 239)],
])('typed bytes %j', (text, bytes) => {
  expect(typedBytes(text)).toEqual(bytes);
});

test.each(['a', 'not base64!', 'c2ln='])('%j is neither hex nor base64url', (text) => {
  expect(() => typedBytes(text)).toThrow('it is neither hex nor base64url');
});
