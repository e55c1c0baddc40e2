import { addEncodingOption, addForceOption, addOutOption, type BytesOutputOptions } from '../bytes-options.ts';
import { type CommandDescription, connected } from '../command.ts';
import { wholeNumber } from '../option-values.ts';

/** Most that `system.random` gives at once. */
const mostBytes = 65_536;

export const random: CommandDescription = {
  usage: 'random',
  summary: "Print random bytes of the sidecar's random source, 1 to 65536.",
  examples: `
# 32 bytes as text
ferrohsm random 32 --encoding hex

# A key file that only you may read
ferrohsm random 32 --out secret.key`,
  options: (command) =>
    addForceOption(addEncodingOption(addOutOption(command))).argument('<bytes>', '', wholeNumber(1, mostBytes)),
  action: connected<BytesOutputOptions, [number]>(async ({ sidecar, options, output }, count) => {
    const bytes = await sidecar.system.random(count);
    await output.bytes(bytes, { bytes }, { ...options, secret: true });
    bytes.fill(0);
  }),
};
