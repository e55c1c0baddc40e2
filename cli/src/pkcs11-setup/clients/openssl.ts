import { existsSync } from 'node:fs';
import { libraryFile } from '../installation.ts';
import { addressVariable, type Client } from '../recipe.ts';

const place = 'openssl-pkcs11.cnf';

/** OpenSSL 1.1 and 3 with the engine of libp11. */
export const opensslEngine: Client = {
  about: 'OpenSSL with the engine of libp11 (Debian: libengine-pkcs11-openssl)',
  recipe(setting) {
    const engine = libraryFile('engines-3/pkcs11.so', setting);
    return {
      file: {
        place,
        text: `openssl_conf = openssl_init

[openssl_init]
engines = engine_section

[engine_section]
pkcs11 = pkcs11_section

[pkcs11_section]
engine_id = pkcs11
dynamic_path = ${engine}
MODULE_PATH = ${setting.module}
init = 0

[req]
distinguished_name = name

[name]
`,
      },
      environment: { ...addressVariable(setting), OPENSSL_CONF: place },
      commands: [
        "openssl req -new -x509 -engine pkcs11 -keyform engine -key 'pkcs11:object=NAME;type=private' -subj /CN=example",
      ],
      remarks: [
        ...(existsSync(engine) ? [] : [`${engine} is not there: apt-get install libengine-pkcs11-openssl`]),
        'the PIN is asked for; for a service add ;pin-source=file:/path to the URI, never the PIN itself',
      ],
    };
  },
};

/** OpenSSL 3 with pkcs11-provider. */
export const opensslProvider: Client = {
  about: 'OpenSSL 3 with pkcs11-provider (Debian 13: pkcs11-provider)',
  recipe(setting) {
    const provider = libraryFile('ossl-modules/pkcs11.so', setting);
    return {
      file: {
        place,
        text: `openssl_conf = openssl_init

[openssl_init]
providers = provider_section

[provider_section]
default = default_section
pkcs11 = pkcs11_section

[default_section]
activate = 1

[pkcs11_section]
module = ${provider}
pkcs11-module-path = ${setting.module}
# For a service: pkcs11-module-token-pin = file:/path/of/pin
activate = 1

[req]
distinguished_name = name

[name]
`,
      },
      environment: { ...addressVariable(setting), OPENSSL_CONF: place },
      commands: ["openssl req -new -x509 -key 'pkcs11:object=NAME;type=private' -subj /CN=example"],
      remarks: existsSync(provider) ? [] : [`${provider} is not there: install pkcs11-provider`],
    };
  },
};
