import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { appendMany, openLog, temporaryFolder } from './test-log.ts';

/** Go looks packages up in its path instead of in modules: nothing is downloaded. */
const environment = { GOPATH: '/usr/share/gocode', ...process.env, GO111MODULE: 'off', GOFLAGS: '' };
const packages = ['golang.org/x/mod/sumdb/note', 'golang.org/x/mod/sumdb/tlog'];
const hasGo = spawnSync('go', ['list', ...packages], { env: environment }).status === 0;

/** Opens the checkpoint, proves records by their tiles, and proves earlier trees to be its prefixes. */
const verifier = `
package main

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type folder string

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var all [][]byte
	for _, tile := range tiles {
		path := strings.Replace(tile.Path(), "tile/8/", "tile/", 1)
		data, err := os.ReadFile(filepath.Join(string(f), path))
		if err != nil {
			return nil, err
		}
		all = append(all, data)
	}
	return all, nil
}

func (f folder) SaveTiles(tiles []tlog.Tile, data [][]byte) {}

func (f folder) entry(i, size int64) []byte {
	tile := tlog.Tile{H: 8, L: -1, N: i / 256, W: 256}
	if size-tile.N*256 < 256 {
		tile.W = int(size - tile.N*256)
	}
	data, err := os.ReadFile(filepath.Join(string(f), strings.Replace(tile.Path(), "tile/8/data/", "tile/entries/", 1)))
	check(err)
	for skip := i % 256; skip > 0; skip-- {
		data = data[2+binary.BigEndian.Uint16(data):]
	}
	return data[2 : 2+binary.BigEndian.Uint16(data)]
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}

func main() {
	log := folder(os.Args[1])
	key, err := note.NewVerifier(os.Args[2])
	check(err)
	text, err := os.ReadFile(filepath.Join(os.Args[1], "checkpoint"))
	check(err)
	opened, err := note.Open(text, note.VerifierList(key))
	check(err)
	lines := strings.Split(opened.Text, "\\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	hash, err := base64.StdEncoding.DecodeString(lines[2])
	check(err)
	tree := tlog.Tree{N: size}
	copy(tree.Hash[:], hash)
	reader := tlog.TileHashReader(tree, log)
	for i := int64(0); i < size; i += 61 {
		proof, err := tlog.ProveRecord(size, i, reader)
		check(err)
		check(tlog.CheckRecord(proof, size, tree.Hash, i, tlog.RecordHash(log.entry(i, size))))
		earlier, err := tlog.TreeHash(i+1, reader)
		check(err)
		consistency, err := tlog.ProveTree(size, i+1, reader)
		check(err)
		check(tlog.CheckTree(consistency, size, tree.Hash, i+1, earlier))
	}
	fmt.Println("verified", size, "unknown signatures", len(opened.UnverifiedSigs))
}
`;

test.skipIf(!hasGo)(
  'the checksum database library of Go verifies the log (needs go and golang-golang-x-mod-dev)',
  async () => {
    using folder = temporaryFolder();
    const path = join(folder.path, 'log');
    const log = await openLog(path);
    for (let start = 0; start < 1000; start += 250) {
      await appendMany(log, start, 250);
      await log.checkpoint();
    }
    await log.close();
    writeFileSync(join(folder.path, 'main.go'), verifier);
    const args = ['run', join(folder.path, 'main.go'), path, log.verifierKeys[0] ?? ''];
    const env = { ...environment, GOCACHE: join(folder.path, 'cache') };
    expect(execFileSync('go', args, { env, encoding: 'utf8' })).toBe('verified 1000 unknown signatures 1\n');
  },
  300_000,
);
