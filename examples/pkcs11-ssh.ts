import { chmodSync, writeFileSync } from 'node:fs';
import { connect } from '@ferrohsm/sdk/node';
import { serveApplication } from './pkcs11/application.ts';

// OpenSSH's agent has a key that stays in the sidecar.

const { OPERATOR_SOCKET = '' } = process.env;

await using application = await serveApplication(['ssh-add', 'ssh-keygen'], 'openssh-client');
if (application !== undefined) {
  const { module, path, pinFile, run } = application;
  await using hsm = await connect({ socket: OPERATOR_SOCKET });
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  await hsm.keys.create({ name: 'web/ssh', algorithm, usages: ['sign', 'verify'] });

  // Who types the PIN; on a desktop the agent asks.
  writeFileSync(path('askpass'), `#!/bin/sh\nexec cat '${pinFile}'\n`);
  chmodSync(path('askpass'), 0o700);
  const asking = { SSH_ASKPASS: path('askpass'), SSH_ASKPASS_REQUIRE: 'force' };

  // The line for authorized_keys of a server.
  const publicKey = run('ssh-keygen', ['-D', module], asking).trim();
  console.log(`ssh-keygen -D: ${publicKey}`);

  writeFileSync(path('release'), 'release 1.0');
  writeFileSync(path('web.pub'), `${publicKey}\n`);
  writeFileSync(path('signers'), `web@example ${publicKey}\n`);
  const sign = `ssh-add -s ${module} && ssh-keygen -Y sign -n file -f web.pub release`;
  run('ssh-agent', ['sh', '-c', sign], asking);
  const verify = 'ssh-keygen -Y verify -n file -f signers -I web@example -s release.sig < release';
  console.log(run('sh', ['-c', verify]).trim());
}
