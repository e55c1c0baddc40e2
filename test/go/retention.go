package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// readMinimum reads which entries the log still has: bundles and level-0 tiles below that index may be missing. It is 0
// for a log that was never pruned. Only the key that signed the checkpoint can say so.
func (f folder) readMinimum(signed checkpoint, keys note.Verifiers) (int64, error) {
	text, err := os.ReadFile(filepath.Join(string(f), "retention"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	opened, err := note.Open(text, keys)
	if err != nil {
		return 0, fmt.Errorf("retention: %w", err)
	}
	if opened.Sigs[0].Name != signed.signer.Name || opened.Sigs[0].Hash != signed.signer.Hash {
		return 0, errors.New("retention: not signed with the key of the checkpoint")
	}
	head := signed.origin + "\nferrohsm-retention/v1\nminimum-index "
	if !strings.HasPrefix(opened.Text, head) {
		return 0, errors.New("retention: not of this log")
	}
	minimum, err := decimal(strings.TrimSuffix(opened.Text[len(head):], "\n"))
	if err != nil {
		return 0, fmt.Errorf("retention: %w", err)
	}
	if minimum%bundleWidth != 0 || minimum > signed.N {
		return 0, fmt.Errorf("retention: entry %d is no end of a bundle of the log", minimum)
	}
	return minimum, nil
}
