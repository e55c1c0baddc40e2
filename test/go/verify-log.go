// Verify-log checks an audit log, or one receipt of it, with nothing but Go's own implementation of signed notes and
// transparency logs (golang.org/x/mod/sumdb). It shares no code and no author with the log.
//
//	verify-log log [-kept FILE] FOLDER VKEY...
//	verify-log proof FILE VKEY...
//
// Exits 0 with one line of figures, or 1 with what is wrong. Of the keys only Ed25519 ones (signed-note type 0x01) can
// be checked; signatures by others are counted as unknown.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const (
	// Tiles of C2SP tlog-tiles hold 2^8 hashes.
	tileHeight = 8
	// Entries in a full bundle.
	bundleWidth = 1 << tileHeight
	// Indexes that are proven and earlier sizes that are compared, besides the first and the last.
	samples = 16
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(words []string) error {
	flags := flag.NewFlagSet("verify-log", flag.ContinueOnError)
	kept := flags.String("kept", "", "an earlier checkpoint that the log must continue")
	if len(words) == 0 {
		return errors.New("usage: verify-log log|proof [-kept FILE] PATH VKEY...")
	}
	if err := flags.Parse(words[1:]); err != nil {
		return err
	}
	if flags.NArg() < 2 {
		return errors.New("needs a path and at least one key")
	}
	keys, err := verifiers(flags.Args()[1:])
	if err != nil {
		return err
	}
	switch words[0] {
	case "log":
		return verifyLog(flags.Arg(0), *kept, keys)
	case "proof":
		return verifyProof(flags.Arg(0), keys)
	}
	return fmt.Errorf("unknown mode %s", words[0])
}

// verifiers takes the keys that this implementation knows.
func verifiers(keys []string) (note.Verifiers, error) {
	var known []note.Verifier
	for _, key := range keys {
		if verifier, err := note.NewVerifier(key); err == nil {
			known = append(known, verifier)
		}
	}
	if len(known) == 0 {
		return nil, errors.New("no Ed25519 key among the given ones")
	}
	return note.VerifierList(known...), nil
}

func verifyLog(path, kept string, keys note.Verifiers) error {
	log := folder(path)
	signed, err := readCheckpoint(filepath.Join(path, "checkpoint"), keys)
	if err != nil {
		return err
	}
	minimum, err := log.readMinimum(signed, keys)
	if err != nil {
		return err
	}
	hashes, err := log.hashTree(minimum, signed.N)
	if err != nil {
		return err
	}
	root, err := hashes.root(signed.N)
	if err != nil {
		return err
	}
	if root != signed.Hash {
		return fmt.Errorf("the entries have the root %v, signed is %v", root, signed.Hash)
	}
	tiles, err := log.compareTiles(minimum, signed.N, hashes)
	if err != nil {
		return err
	}
	proofs, err := log.checkProofs(minimum, signed.Tree, hashes)
	if err != nil {
		return err
	}
	if err := checkKept(kept, signed, hashes, keys); err != nil {
		return err
	}
	fmt.Printf("verified size=%d tiles=%d proofs=%d unknown-signatures=%d", signed.N, tiles, proofs, signed.unknown)
	if minimum > 0 {
		fmt.Printf(" minimum=%d", minimum)
	}
	fmt.Println()
	return nil
}

// compareTiles compares every tile of a tree with the computed hashes, but those of pruned entries.
func (f folder) compareTiles(minimum, size int64, hashes storedHashes) (int, error) {
	compared := 0
	for _, tile := range widest(tlog.NewTiles(tileHeight, 0, size)) {
		if tile.L == 0 && tile.N < minimum/bundleWidth {
			continue
		}
		expected, err := tlog.ReadTileData(tile, hashes)
		if err != nil {
			return 0, err
		}
		found, err := f.readTile(tile)
		if err != nil {
			return 0, err
		}
		if !bytes.Equal(found, expected) {
			return 0, fmt.Errorf("%s: differs from the entries", tile.Path())
		}
		compared++
	}
	return compared, nil
}

// widest leaves out the narrower forms of the growing tiles, which a log need not keep.
func widest(tiles []tlog.Tile) []tlog.Tile {
	var kept []tlog.Tile
	for i, tile := range tiles {
		if i+1 == len(tiles) || tiles[i+1].L != tile.L || tiles[i+1].N != tile.N {
			kept = append(kept, tile)
		}
	}
	return kept
}

// checkProofs proves from the tiles that entries are in the tree, and that earlier trees are its prefixes.
func (f folder) checkProofs(minimum int64, tree tlog.Tree, hashes storedHashes) (int, error) {
	reader := tlog.TileHashReader(tree, f)
	indexes := sampleIndexes(minimum, tree.N)
	for _, index := range indexes {
		record, err := tlog.ProveRecord(tree.N, index, reader)
		if err != nil {
			return 0, err
		}
		if err := tlog.CheckRecord(record, tree.N, tree.Hash, index, hashes[tlog.StoredHashIndex(0, index)]); err != nil {
			return 0, fmt.Errorf("entry %d: %w", index, err)
		}
		earlier, err := tlog.TreeHash(index+1, hashes)
		if err != nil {
			return 0, err
		}
		if err := checkPrefix(tree, tlog.Tree{N: index + 1, Hash: earlier}, reader); err != nil {
			return 0, err
		}
	}
	return len(indexes), nil
}

func sampleIndexes(minimum, size int64) []int64 {
	var indexes []int64
	for index := minimum; index < size-1; index += (size-minimum)/samples + 1 {
		indexes = append(indexes, index)
	}
	if size > minimum {
		indexes = append(indexes, size-1)
	}
	return indexes
}

func checkPrefix(tree, earlier tlog.Tree, reader tlog.HashReader) error {
	proof, err := tlog.ProveTree(tree.N, earlier.N, reader)
	if err != nil {
		return err
	}
	if err := tlog.CheckTree(proof, tree.N, tree.Hash, earlier.N, earlier.Hash); err != nil {
		return fmt.Errorf("not the continuation of size %d: %w", earlier.N, err)
	}
	return nil
}

// checkKept finds a log that was cut, and one that continues another history than the kept checkpoint signs.
func checkKept(path string, signed checkpoint, hashes storedHashes, keys note.Verifiers) error {
	if path == "" {
		return nil
	}
	kept, err := readCheckpoint(path, keys)
	if err != nil {
		return fmt.Errorf("kept %w", err)
	}
	if kept.origin != signed.origin || kept.N > signed.N {
		return fmt.Errorf("size %d of %s, kept is size %d of %s", signed.N, signed.origin, kept.N, kept.origin)
	}
	if kept.N == 0 {
		return nil
	}
	return checkPrefix(signed.Tree, kept.Tree, hashes)
}
