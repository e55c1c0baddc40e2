import { randomUUID } from 'node:crypto';
import type { FerroHsm, MethodName } from '@ferrohsm/sdk/node';
import { addYesOption } from '../change/effect.ts';
import { type CommandDescription, connected } from '../command.ts';
import { usageError } from '../errors.ts';
import { readPerhapsObject } from '../json-input.ts';
import { suggestion } from '../nearest.ts';
import { jsonText } from '../output.ts';
import { addWaitOption, clientsOf, type WaitOptions } from '../wait-option.ts';

/** A method as the sidecar describes it (OpenRPC 1.3). */
interface DescribedMethod {
  readonly name: MethodName;
  readonly summary: string;
  readonly params: readonly { readonly name: string }[];
}

export const call: CommandDescription = {
  usage: 'call [method] [file]',
  effect: 'change',
  summary:
    'Call any method of the sidecar with params from a JSON file or standard input; bytes are base64url. Without a method, list them all.',
  examples: `
# What there is
ferrohsm call

# A method without params
ferrohsm call session.whoami < /dev/null

# Params as the OpenRPC document has them (ferrohsm discover)
echo '{"name":"orders/signing"}' | ferrohsm call keys.get

# A change gets a requestId, so that it happens once however often it is sent; name one to repeat it later
ferrohsm call keys.rename params.json`,
  options: (command) => addYesOption(addWaitOption(command)),
  action: connected<WaitOptions, [method: string | undefined, file: string | undefined]>(
    async (context, method, file) => {
      const { sidecar, output } = context;
      const methods = await describedMethods(sidecar);
      if (method === undefined) return await output.table(methods, ['METHOD', 'WHAT IT DOES'], methods.map(rowOf));
      const { name, params } = methodNamed(methods, method);
      const requestId = params.some((param) => param.name === 'requestId') ? { requestId: randomUUID() } : {};
      // The sidecar checks their shape.
      const given = { ...requestId, ...readPerhapsObject(file) } as never;
      const result = await clientsOf(context).call(name, given);
      await output.result(result, jsonText(result));
    },
  ),
};

async function describedMethods(sidecar: FerroHsm): Promise<readonly DescribedMethod[]> {
  const { methods } = await sidecar.system.discover();
  return methods as readonly DescribedMethod[];
}

function rowOf({ name, summary }: DescribedMethod): string[] {
  return [name, summary];
}

function methodNamed(methods: readonly DescribedMethod[], name: string): DescribedMethod {
  const found = methods.find((method) => method.name === name);
  if (found !== undefined) return found;
  const names = methods.map((method) => method.name);
  throw usageError(`the sidecar has no method ${name}`, suggestion(name, names, 'list them: ferrohsm call'));
}
