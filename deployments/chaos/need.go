package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// A Need is something of the machine that a property cannot do without.
type Need struct {
	What  string
	Check func() error // says what to do about it
}

// Program needs a program on the PATH, from a Debian package.
func Program(name, debian string) Need {
	return Need{name, func() error {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("%s is not installed. On Debian: apt-get install %s", name, debian)
		}
		return nil
	}}
}

// Strace needs strace, and that it may trace.
var Strace = Need{"strace", func() error {
	if err := Program("strace", "strace").Check(); err != nil {
		return err
	}
	if out, err := exec.Command("strace", "-o", "/dev/null", "-e", "inject=fsync:error=EIO", "true").CombinedOutput(); err != nil {
		return fmt.Errorf("strace may not trace here: %w: %s. In a container: --cap-add SYS_PTRACE", err, out)
	}
	return nil
}}

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

// missing returns what the machine lacks for properties, each thing once.
func missing(all []*Property) (faults []error) {
	seen := map[string]bool{}
	for _, p := range all {
		for _, n := range p.Needs {
			if seen[n.What] {
				continue
			}
			seen[n.What] = true
			if err := n.Check(); err != nil {
				faults = append(faults, fmt.Errorf("%s: %w", p.IDs[0], err))
			}
		}
	}
	return faults
}
