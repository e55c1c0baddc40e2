import { spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../sidecar/src/audit/test-log.ts';
import { WitnessProcess } from './witness-process.ts';
import { entriesOf, growth, type TestLog, testLogs, vkeysOf } from './witness-tree.ts';

/** Go looks packages up in its path instead of in modules: nothing is downloaded. */
const environment = { GOPATH: '/usr/share/gocode', ...process.env, GO111MODULE: 'off', GOFLAGS: '' };
const hasGo = spawnSync('go', ['list', 'golang.org/x/mod/sumdb/note'], { env: environment }).status === 0;

/** Opens a checkpoint by the keys of log and witness; the type of the witness is C2SP tlog-cosignature's 0x04. */
const verifier = `
package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

type cosigner struct {
	name  string
	typed []byte
}

func (c cosigner) Name() string { return c.name }

func (c cosigner) KeyHash() uint32 {
	hash := sha256.Sum256(append([]byte(c.name+"\\n"), c.typed...))
	return binary.BigEndian.Uint32(hash[:])
}

func (c cosigner) Verify(text, signature []byte) bool {
	if len(signature) != 8+ed25519.SignatureSize || c.typed[0] != 4 {
		return false
	}
	time := binary.BigEndian.Uint64(signature)
	message := fmt.Sprintf("cosignature/v1\\ntime %d\\n%s", time, text)
	return ed25519.Verify(c.typed[1:], []byte(message), signature[8:])
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	log, err := note.NewVerifier(os.Args[1])
	check(err)
	parts := strings.SplitN(os.Args[2], "+", 3)
	typed, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	witness := cosigner{parts[0], typed}
	if fmt.Sprintf("%08x", witness.KeyHash()) != parts[1] {
		check(fmt.Errorf("key id %08x", witness.KeyHash()))
	}
	text, err := io.ReadAll(os.Stdin)
	check(err)
	opened, err := note.Open(text, note.VerifierList(log, witness))
	check(err)
	for _, signature := range opened.Sigs {
		fmt.Println(signature.Name)
	}
}
`;

test.skipIf(!hasGo)(
  'the note library of Go opens a cosigned checkpoint (needs go and golang-golang-x-mod-dev)',
  async () => {
    using folder = temporaryFolder();
    const [log] = testLogs(1) as [TestLog];
    const [logKey = ''] = vkeysOf(log);
    const witness = new WitnessProcess(vkeysOf(log));
    await witness.start();
    expect((await witness.submit(growth(log, 0, entriesOf(20)))).status).toBe(200);
    const { text } = await witness.checkpoint(hash('sha256', log.origin));
    await witness.discard();

    writeFileSync(join(folder.path, 'main.go'), verifier);
    const env = { ...environment, GOCACHE: join(folder.path, 'cache') };
    const args = ['run', join(folder.path, 'main.go'), logKey, witness.vkeys[0] ?? ''];
    const open = (input: string) => spawnSync('go', args, { env, input, encoding: 'utf8' });
    expect(open(text).stdout).toBe(`${log.origin}\nwitness.example/w1\n`);
    expect(open(text.replace('\n20\n', '\n21\n')).stdout).toMatch(/invalid signature/);
  },
  300_000,
);
