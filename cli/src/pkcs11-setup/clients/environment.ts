import { addressVariable, type Client } from '../recipe.ts';

/** Whatever takes the path of a PKCS#11 module. */
export const environment: Client = {
  about: 'any program that takes the path of a PKCS#11 module',
  recipe: (setting) => ({
    environment: addressVariable(setting),
    commands: [`pkcs11-tool --module ${setting.module} --list-slots`],
    remarks: [
      'set-user-id and set-group-id programs do not read the variable: use a module file, --for p11-kit',
      'a socket that cannot be reached shows as no slots, not as an error',
    ],
  }),
};
