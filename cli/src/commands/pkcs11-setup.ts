import { Option } from 'commander';
import { type CommandDescription, local } from '../command.ts';
import { usageError } from '../errors.ts';
import type { GlobalOptions } from '../global-options.ts';
import { p11KitAddress } from '../pkcs11-setup/address.ts';
import { carriedBy } from '../pkcs11-setup/carried.ts';
import { type ClientName, clientNames, clients } from '../pkcs11-setup/clients.ts';
import { findInstallation, type Installation, type InstallationOptions } from '../pkcs11-setup/installation.ts';
import { overviewText, recipeText } from '../pkcs11-setup/setup-text.ts';

interface SetupOptions extends GlobalOptions, InstallationOptions {
  readonly for?: ClientName;
}

export const pkcs11Setup: CommandDescription = {
  usage: 'setup',
  summary: 'Print what an application needs to use keys by PKCS#11, and what the installed p11-kit cannot carry.',
  examples: `
# What is installed, what it carries, for which programs there are recipes
ferrohsm pkcs11 setup

# A configuration of OpenSSL
ferrohsm pkcs11 setup --socket /run/ferrohsm/web.sock --for openssl --output openssl-pkcs11.cnf

# GnuTLS and all else that reads the configuration of p11-kit
ferrohsm pkcs11 setup --socket /run/ferrohsm/web.sock --for p11-kit --output /etc/pkcs11/modules/ferrohsm.module

# For a container with another version
ferrohsm pkcs11 setup --socket /run/ferrohsm/web.sock --for java --p11-kit-version 0.25.5 --module /usr/lib64/pkcs11/p11-kit-client.so`,
  offline: true,
  options: (command) =>
    command
      .option('--socket <path>', 'for applications, as "ferrohsm pkcs11 serve" was told')
      .addOption(new Option('--for <program>', 'for whom').choices(clientNames))
      .option('--module <file>', "p11-kit's client, when it is elsewhere than systems put it")
      .option('--p11-kit-version <version>', 'of another machine, instead of looking for the client on this one'),
  action: local<SetupOptions>(async ({ options, output }) => {
    const { socket, for: name, force, output: out } = options;
    const installation = findInstallation(options);
    if (name === undefined) return await output.result(factsOf(installation), overviewText(installation));
    if (socket === undefined) throw usageError('no socket', 'say where "ferrohsm pkcs11 serve" listens: --socket PATH');
    const setting = { ...installation, address: p11KitAddress(socket) };
    const client = clients[name];
    const facts = { ...factsOf(setting), address: setting.address, ...client.recipe(setting) };
    // Other users may have to read it, and nothing in it is a secret.
    await output.bytes(Buffer.from(recipeText(client, setting)), facts, { out, force, perhapsText: true });
  }),
};

/** For programs. */
function factsOf({ module, version, generation }: Installation) {
  return { module, version, versions: generation.versions, carries: carriedBy(generation) };
}
