package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestAFailedCopySaysOnlyWhatFailed: closing the copy did not fail, and is not told.
func TestAFailedCopySaysOnlyWhatFailed(t *testing.T) {
	dir := t.TempDir()
	err := copyFile(dir, filepath.Join(dir, "copy")) // a folder cannot be read as a file
	if err == nil || strings.Contains(err.Error(), "%!") {
		t.Errorf("%v", err)
	}
}
