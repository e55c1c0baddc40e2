import { addressVariable, type Client } from '../recipe.ts';

/** PyKCS11, by the environment alone. */
export const python: Client = {
  about: 'Python with PyKCS11 (Debian: python3-pykcs11)',
  recipe: (setting) => ({
    file: {
      place: 'keys.py',
      text: `from getpass import getpass
import PyKCS11

lib = PyKCS11.PyKCS11Lib()
lib.load("${setting.module}")
session = lib.openSession(lib.getSlotList(tokenPresent=True)[0])
session.login(getpass("PIN: "))
for key in session.findObjects([(PyKCS11.CKA_CLASS, PyKCS11.CKO_PRIVATE_KEY)]):
    print(session.getAttributeValue(key, [PyKCS11.CKA_LABEL])[0])
`,
    },
    environment: addressVariable(setting),
    commands: ['python3 keys.py'],
    remarks: ['a process that forks calls C_Initialize again in the child: PyKCS11Lib().load() anew'],
  }),
};
