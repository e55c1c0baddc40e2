import { addressVariable, type Client, type Setting } from '../recipe.ts';

const place = 'ferrohsm-java.cfg';
const provider = '-providerClass sun.security.pkcs11.SunPKCS11 -providerArg';
const store = `-keystore NONE -storetype PKCS11 ${provider} ${place} -providerName SunPKCS11-FerroHSM`;

/** SunPKCS11 of the JDK. */
export const java: Client = {
  about: 'Java: keytool, jarsigner, and applications by SunPKCS11',
  recipe: (setting) => ({
    file: { place, text: configuration(setting) },
    environment: addressVariable(setting),
    commands: [
      `keytool -genkeypair -alias NAME -keyalg EC -groupname secp256r1 -dname CN=example ${store}`,
      `keytool -list ${store}`,
    ],
    remarks: [
      `for all programs of a JDK add to conf/security/java.security: security.provider.N=SunPKCS11 /path/${place}`,
      'without -providerName Java makes the key itself and tries to import it, which is refused',
      'Java asks for a password even where the socket needs no PIN: any will do there',
    ],
  }),
};

/** Java makes keys for one session and copies them into the token, where no private key comes in: it is to make them there. */
function configuration({ module }: Setting): string {
  return `name = FerroHSM
library = ${module}
slotListIndex = 0

attributes(generate, CKO_PRIVATE_KEY, *) = {
  CKA_TOKEN = true
}
attributes(generate, CKO_PUBLIC_KEY, *) = {
  CKA_TOKEN = true
}
`;
}
