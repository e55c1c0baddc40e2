import { addEncodingOption, addOutOption, type BytesOutputOptions } from '../bytes-options.ts';
import { type CommandDescription, connected } from '../command.ts';
import { readInput } from '../input.ts';
import { signingKey } from '../named-key.ts';
import { signatureAlgorithm } from '../signature-algorithms.ts';
import { addSignatureOptions, type SignatureOptions, signatureParameters } from '../signature-options.ts';

type SignOptions = SignatureOptions & BytesOutputOptions;

export const sign: CommandDescription = {
  usage: 'sign [file]',
  summary: 'Sign a file, or standard input, with a named key. Prints the raw signature.',
  examples: `
# Sign a release
ferrohsm sign --key releases release.tar --out release.tar.sig

# The signature as text
echo hello | ferrohsm sign --key releases --encoding base64url

# Bound to its purpose
ferrohsm sign --key releases --context release-v1 release.tar --out release.tar.sig`,
  options: (command) => addEncodingOption(addOutOption(addSignatureOptions(command))),
  action: connected<SignOptions, [string?]>(async ({ sidecar, options, output }, file) => {
    const parameters = signatureParameters(options);
    const data = readInput(file);
    const key = signingKey(await sidecar.keys.get(options.key));
    const signature = new Uint8Array(
      await sidecar.subtle.sign(signatureAlgorithm(key.algorithm, parameters), key, data),
    );
    await output.bytes(signature, { signature }, options);
  }),
};
