package main

import (
	"errors"
	"fmt"
	"os"
	"syscall"
)

// Mount needs the right to mount file systems.
var Mount = Need{"mount", func() error {
	const advice = "Run as root; in a container: --cap-add SYS_ADMIN --security-opt apparmor=unconfined"
	dir, err := os.MkdirTemp("", "foyer-chaos-mount-")
	if err != nil {
		return err
	}
	err = syscall.Mount("foyer-chaos", dir, "tmpfs", 0, "size=64k")
	if err == nil {
		err = syscall.Unmount(dir, 0)
	}
	if err := errors.Join(err, os.Remove(dir)); err != nil {
		return fmt.Errorf("may not mount a file system: %w. %s", err, advice)
	}
	return nil
}}

// Fuse needs /dev/fuse.
var Fuse = Need{"fuse", func() error {
	f, err := os.OpenFile("/dev/fuse", os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("cannot serve a file system: %w. Needed: modprobe fuse; in a container: --device /dev/fuse", err)
	}
	return f.Close()
}}
