package testserver

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// A cluster is one PostgreSQL server; all tests of a binary share one.
type cluster struct {
	dir      string
	port     int
	password string // of the roles postgres and foyer
}

var shared struct {
	sync.Mutex
	*cluster
	err   error
	alive io.WriteCloser // end of a pipe that the kernel closes when this process is gone
}

// Postgres returns the URL of a new, empty PostgreSQL database, dropped when t
// ends. Its role owns the database and may create roles; it is no superuser.
//
// The server behind it is started by the first caller and shared by all tests
// of this process. It loses everything in a power cut, on purpose.
func Postgres(t TB) string {
	t.Helper()
	const hint = "On Debian: apt-get install postgresql, or make servers."
	initdb, server := Need(t, "initdb", hint), Need(t, "postgres", hint)
	shared.Lock()
	if shared.cluster == nil && shared.err == nil {
		shared.cluster, shared.err = startCluster(t, initdb, server)
	}
	c, err := shared.cluster, shared.err
	shared.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	name := "test_" + strings.ToLower(rand.Text())
	// Copying files costs a fifth of copying pages through the log, the default.
	c.exec(t, "CREATE DATABASE "+name+" OWNER foyer STRATEGY file_copy")
	t.Cleanup(func() { c.exec(t, "DROP DATABASE "+name+" WITH (FORCE)") })
	return c.url("foyer", name)
}

// PostgresFolder returns the folder with every file of the server behind [Postgres],
// once what was committed stands in them.
func PostgresFolder(t TB) string {
	t.Helper()
	shared.Lock()
	c := shared.cluster
	shared.Unlock()
	if c == nil {
		t.Fatalf("no test of this process has asked for PostgreSQL")
	}
	c.exec(t, "CHECKPOINT")
	return c.dir
}

func startCluster(t TB, initdb, server string) (*cluster, error) {
	dir, err := os.MkdirTemp("", "foyer-postgres-")
	if err != nil {
		return nil, err
	}
	c := &cluster{dir: dir, password: rand.Text()}
	p, err := c.start(t, dir, initdb, server)
	if err != nil {
		log, _ := os.ReadFile(filepath.Join(dir, "log"))
		return nil, errors.Join(fmt.Errorf("start PostgreSQL: %w\n%s", err, log), os.RemoveAll(dir))
	}
	if err := sweepAfter(p, dir); err != nil {
		p.End(syscall.SIGQUIT)
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return c, nil
}

// start makes a cluster below dir and returns its running server.
func (c *cluster) start(t TB, dir, initdb, server string) (*Process, error) {
	data, secret, log := filepath.Join(dir, "data"), filepath.Join(dir, "password"), filepath.Join(dir, "log")
	if err := os.WriteFile(secret, []byte(c.password), 0o600); err != nil {
		return nil, err
	}
	as, err := lowered(dir, secret)
	if err != nil {
		return nil, err
	}
	create := exec.Command(initdb, "--no-sync", "--encoding=UTF8", "--locale=C",
		"--username=postgres", "--auth=scram-sha-256", "--pwfile="+secret, "--pgdata="+data)
	as(create)
	if out, err := create.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	for range 5 {
		c.port = FreePort(t)
		cmd := exec.Command(server, "-D", data, "-p", strconv.Itoa(c.port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=",
			"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off",
			"-c", "shared_buffers=32MB", "-c", "max_connections=200")
		as(cmd)
		// SIGQUIT is PostgreSQL's immediate shutdown; SIGKILL would leave its shared memory.
		p, err := Launch(cmd, log, syscall.SIGQUIT)
		if err != nil {
			return nil, err
		}
		up := within(deadline, func() bool { return p.Ended() || p.Listens(c.port) && c.try("SELECT 1") == nil })
		if up && !p.Ended() {
			if err := c.try("CREATE ROLE foyer LOGIN CREATEROLE PASSWORD '" + c.password + "'"); err != nil {
				p.End(syscall.SIGQUIT)
				return nil, err
			}
			return p, nil
		}
		p.End(syscall.SIGQUIT)
	}
	return nil, errors.New("no answer")
}

// lowered returns what makes a command run as somebody else than root, whom
// PostgreSQL refuses to serve, and gives that user the paths.
func lowered(paths ...string) (func(*exec.Cmd), error) {
	if os.Geteuid() != 0 {
		return func(*exec.Cmd) {}, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		u, err = user.Lookup("nobody")
	}
	if err != nil {
		return nil, err
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		if err := os.Chown(p, int(uid), int(gid)); err != nil {
			return nil, err
		}
	}
	return func(cmd *exec.Cmd) {
		cmd.Dir = paths[0]
		unprivileged(cmd, uint32(uid), uint32(gid))
	}, nil
}

// sweepAfter stops p and removes dir once this process is gone, however it
// went: a shell reads a pipe whose other end only this process holds. A process
// that ended and waits for its parent (Z) holds nothing any more.
func sweepAfter(p *Process, dir string) (err error) {
	const script = `cat >/dev/null
kill -QUIT "$1" 2>/dev/null
n=0
while kill -0 "$1" && ! grep -q ') Z' "/proc/$1/stat" && [ $n -lt 50 ]; do sleep 0.1; n=$((n + 1)); done 2>/dev/null
rm -rf "$2"`
	cmd := exec.Command("/bin/sh", "-c", script, "sweep", strconv.Itoa(p.Pid()), dir)
	if shared.alive, err = cmd.StdinPipe(); err != nil {
		return err
	}
	cmd.Dir = "/"
	apart(cmd)
	return cmd.Start()
}

func (c *cluster) url(role, database string) string {
	u := url.URL{
		Scheme: "postgres", User: url.UserPassword(role, c.password),
		Host: "127.0.0.1:" + strconv.Itoa(c.port), Path: "/" + database, RawQuery: "sslmode=disable",
	}
	return u.String()
}

// try runs one statement as superuser.
func (c *cluster) try(statement string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url("postgres", "postgres"))
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}

func (c *cluster) exec(t TB, statement string) {
	t.Helper()
	if err := c.try(statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
