import { addressVariable, type Client } from '../recipe.ts';

/** GnuTLS. */
export const gnutls: Client = {
  about: 'GnuTLS: p11tool, certtool, gnutls-serv (Debian: gnutls-bin)',
  recipe(setting) {
    const provider = `--provider=${setting.module}`;
    return {
      environment: addressVariable(setting),
      commands: [
        `p11tool ${provider} --list-tokens`,
        `p11tool ${provider} --login --list-all`,
        `certtool ${provider} --generate-self-signed --load-privkey 'pkcs11:object=NAME;type=private' --load-pubkey 'pkcs11:object=NAME;type=public'`,
      ],
      remarks: [
        'with a module file (--for p11-kit) neither variable nor --provider is needed',
        'the PIN is asked for, or taken from GNUTLS_PIN',
      ],
    };
  },
};
