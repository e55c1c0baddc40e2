import { addressVariable, type Client } from '../recipe.ts';

/** OpenSSH. */
export const ssh: Client = {
  about: 'OpenSSH: ssh, ssh-keygen, ssh-agent',
  recipe: (setting) => ({
    file: { place: '~/.ssh/config', text: `Host *\n  PKCS11Provider ${setting.module}\n` },
    environment: addressVariable(setting),
    commands: [
      `ssh-keygen -D ${setting.module} >> authorized_keys   # public keys, for the server`,
      `ssh -I ${setting.module} HOST   # instead of the file`,
      `ssh-add -s ${setting.module}   # or the agent, which asks for the PIN once`,
    ],
    remarks: [
      'the agent takes the variable from the environment that it was started in',
      'the agent takes modules below /usr/lib and /usr/local/lib alone: ssh-agent -P names others',
      'OpenSSH uses RSA and ECDSA keys of tokens, no Ed25519 keys',
    ],
  }),
};
