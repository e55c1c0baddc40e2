package main

import (
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// verifyProof checks a receipt (C2SP tlog-proof) whose extra data is the entry.
func verifyProof(path string, keys note.Verifiers) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	head, signed, found := strings.Cut(string(text), "\n\n")
	if !found {
		return errors.New("proof: no empty line before the checkpoint")
	}
	lines := strings.Split(head, "\n")
	if len(lines) < 3 || lines[0] != "c2sp.org/tlog-proof@v1" {
		return errors.New("proof: not a c2sp.org/tlog-proof@v1 with extra data and an index")
	}
	entry, err := field(lines[1], "extra ", base64.StdEncoding.Strict().DecodeString)
	if err != nil {
		return err
	}
	index, err := field(lines[2], "index ", decimal)
	if err != nil {
		return err
	}
	var proof tlog.RecordProof
	for _, line := range lines[3:] {
		hash, err := tlog.ParseHash(line)
		if err != nil {
			return fmt.Errorf("proof: %w", err)
		}
		proof = append(proof, hash)
	}
	tree, err := openCheckpoint([]byte(signed), keys)
	if err != nil {
		return err
	}
	if err := tlog.CheckRecord(proof, tree.N, tree.Hash, index, tlog.RecordHash(entry)); err != nil {
		return err
	}
	fmt.Printf("verified index=%d size=%d unknown-signatures=%d\n%s\n", index, tree.N, tree.unknown, entry)
	return nil
}

// field reads what follows a prefix.
func field[T any](line, prefix string, read func(string) (T, error)) (T, error) {
	if !strings.HasPrefix(line, prefix) {
		var none T
		return none, fmt.Errorf("proof: no line %q", prefix)
	}
	return read(line[len(prefix):])
}
