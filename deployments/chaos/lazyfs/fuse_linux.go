package lazyfs

import (
	"context"
	"fmt"
	"syscall"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// Mount turns the power on and serves the disk at a folder that exists. The function
// it returns takes the mount away, whoever still has files open there.
func (d *Disk) Mount(dir string) (unmount func() error, err error) {
	d.mu.Lock()
	d.dead = false
	d.mu.Unlock()
	server, err := fs.Mount(dir, &folder{disk: d}, &fs.Options{MountOptions: fuse.MountOptions{
		DirectMountStrict: true, FsName: "lazyfs", Name: "lazyfs", DisableXAttrs: true,
	}})
	if err != nil {
		return nil, fmt.Errorf("mount a disk: %w", err)
	}
	return func() error {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			return fmt.Errorf("unmount a disk: %w", err)
		}
		server.Wait()
		return nil
	}, nil
}

// lock reports whether there is power, and holds the disk then.
func (d *Disk) lock() bool {
	d.mu.Lock()
	if d.dead {
		d.mu.Unlock()
		return false
	}
	return true
}

// A folder is the root of one mount.
type folder struct {
	fs.Inode
	disk *Disk
}

// A node is a file of one mount.
type node struct {
	fs.Inode
	disk *Disk
	file *file
}

// node returns the node of a file; go-fuse knows equal numbers again.
func (r *folder) node(ctx context.Context, f *file) *fs.Inode {
	return r.NewInode(ctx, &node{disk: r.disk, file: f}, fs.StableAttr{Mode: syscall.S_IFREG, Ino: f.number})
}

func (r *folder) Lookup(ctx context.Context, name string, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	if !r.disk.lock() {
		return nil, syscall.EIO
	}
	defer r.disk.mu.Unlock()
	f, ok := r.disk.seen[name]
	if !ok {
		return nil, syscall.ENOENT
	}
	f.describe(&out.Attr)
	return r.node(ctx, f), 0
}

func (r *folder) Create(ctx context.Context, name string, flags, _ uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	if !r.disk.lock() {
		return nil, nil, 0, syscall.EIO
	}
	defer r.disk.mu.Unlock()
	f, there := r.disk.seen[name]
	switch {
	case !there:
		f = r.disk.create(name)
	case flags&syscall.O_EXCL != 0:
		return nil, nil, 0, syscall.EEXIST
	}
	f.describe(&out.Attr)
	return r.node(ctx, f), nil, 0, 0
}

func (r *folder) Unlink(_ context.Context, name string) syscall.Errno {
	if !r.disk.lock() {
		return syscall.EIO
	}
	defer r.disk.mu.Unlock()
	if _, ok := r.disk.seen[name]; !ok {
		return syscall.ENOENT
	}
	r.disk.forget(name)
	return 0
}

func (r *folder) Rename(_ context.Context, name string, _ fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	if !r.disk.lock() {
		return syscall.EIO
	}
	defer r.disk.mu.Unlock()
	f, ok := r.disk.seen[name]
	switch {
	case !ok:
		return syscall.ENOENT
	case flags != 0:
		return syscall.EINVAL
	}
	r.disk.forget(name)
	r.disk.seen[newName] = f
	if !r.disk.strict {
		r.disk.kept[newName] = f
	}
	return 0
}

func (r *folder) Readdir(context.Context) (fs.DirStream, syscall.Errno) {
	if !r.disk.lock() {
		return nil, syscall.EIO
	}
	defer r.disk.mu.Unlock()
	var all []fuse.DirEntry
	for name, f := range r.disk.seen {
		all = append(all, fuse.DirEntry{Name: name, Mode: syscall.S_IFREG, Ino: f.number})
	}
	return fs.NewListDirStream(all), 0
}

// Fsync of the folder keeps its names.
func (r *folder) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	if !r.disk.lock() {
		return syscall.EIO
	}
	defer r.disk.mu.Unlock()
	if !r.disk.syncNames() {
		return syscall.EIO
	}
	return 0
}

// Statfs shows a large, empty disk.
func (r *folder) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	const blocks = 64 << 30 / pageSize
	*out = fuse.StatfsOut{Blocks: blocks, Bfree: blocks, Bavail: blocks, Bsize: pageSize, Frsize: pageSize, NameLen: 255}
	return 0
}

func (f *file) describe(out *fuse.Attr) {
	out.Ino, out.Mode, out.Nlink = f.number, syscall.S_IFREG|0o600, 1
	out.Size = uint64(len(f.seen))
	out.Blocks = (out.Size + 511) / 512
}

func (n *node) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	if !n.disk.lock() {
		return syscall.EIO
	}
	defer n.disk.mu.Unlock()
	n.file.describe(&out.Attr)
	return 0
}

func (n *node) Setattr(_ context.Context, _ fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if !n.disk.lock() {
		return syscall.EIO
	}
	defer n.disk.mu.Unlock()
	if size, ok := in.GetSize(); ok {
		n.file.resize(int(size)) //nolint:gosec // files of a trial are small
	}
	n.file.describe(&out.Attr)
	return 0
}

func (n *node) Open(_ context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	if !n.disk.lock() {
		return nil, 0, syscall.EIO
	}
	defer n.disk.mu.Unlock()
	if flags&syscall.O_TRUNC != 0 {
		n.file.resize(0)
	}
	return nil, 0, 0
}

func (n *node) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	if !n.disk.lock() {
		return nil, syscall.EIO
	}
	defer n.disk.mu.Unlock()
	from := min(int(off), len(n.file.seen))
	got := copy(dest, n.file.seen[from:])
	return fuse.ReadResultData(dest[:got]), 0
}

func (n *node) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	if !n.disk.lock() {
		return 0, syscall.EIO
	}
	defer n.disk.mu.Unlock()
	n.file.change(data, int(off))
	return uint32(len(data)), 0 //nolint:gosec // FUSE sends less than a MiB at once
}

func (n *node) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	if !n.disk.lock() {
		return syscall.EIO
	}
	defer n.disk.mu.Unlock()
	if !n.disk.sync(n.file) {
		return syscall.EIO
	}
	return 0
}

// Flush does nothing: closing a file keeps nothing.
func (n *node) Flush(context.Context, fs.FileHandle) syscall.Errno { return 0 }
