import { addressVariable, type Client } from '../recipe.ts';

/** NSS: Firefox, Thunderbird, certutil. */
export const nss: Client = {
  about: 'NSS: certutil, Firefox, Thunderbird (Debian: libnss3-tools)',
  recipe: (setting) => ({
    environment: addressVariable(setting),
    commands: [
      `modutil -dbdir sql:FOLDER -add FerroHSM -libfile ${setting.module} -force`,
      'certutil -K -d sql:FOLDER -h all',
    ],
    remarks: [
      'FOLDER is the profile of the application; it must not run while modutil writes there',
      'the application needs the variable too, so it must be started from that environment',
    ],
  }),
};
