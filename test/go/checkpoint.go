package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// checkpoint is a signed tree head (C2SP tlog-checkpoint).
type checkpoint struct {
	tlog.Tree
	origin  string
	signer  note.Signature
	unknown int
}

func readCheckpoint(path string, keys note.Verifiers) (checkpoint, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return checkpoint{}, err
	}
	return openCheckpoint(text, keys)
}

func openCheckpoint(text []byte, keys note.Verifiers) (checkpoint, error) {
	opened, err := note.Open(text, keys)
	if err != nil {
		return checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[3] != "" {
		return checkpoint{}, errors.New("checkpoint: not an origin, a size and a root")
	}
	size, err := decimal(lines[1])
	if err != nil {
		return checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return checkpoint{}, fmt.Errorf("checkpoint: %w", err)
	}
	if opened.Sigs[0].Name != lines[0] {
		return checkpoint{}, fmt.Errorf("checkpoint: of %s, signed by %s", lines[0], opened.Sigs[0].Name)
	}
	return checkpoint{tlog.Tree{N: size, Hash: root}, lines[0], opened.Sigs[0], len(opened.UnverifiedSigs)}, nil
}

// decimal reads a number that has one spelling only.
func decimal(text string) (int64, error) {
	value, err := strconv.ParseInt(text, 10, 64)
	if err != nil || value < 0 || strconv.FormatInt(value, 10) != text {
		return 0, fmt.Errorf("%q is not a decimal number", text)
	}
	return value, nil
}
