package testserver

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Options are what a test wants of its mosquitto.
type Options struct {
	// Users are names and passwords; none lets everybody in, without rights to check.
	Users map[string]string

	// Folder holds the files passwords and acl, hashed and written by the test; ""
	// for what Users and ACL say.
	Folder string

	// ACL is the text of the access list. The default lets each user write below
	// foyer/<user>/ only, and the user named "foyer" read it all and no more.
	ACL string

	// Extra are further lines of mosquitto.conf, after the listener. The last
	// one wins: "use_username_as_clientid false".
	Extra []string
}

const defaultACL = `pattern write foyer/%u/#
user foyer
topic read foyer/#
topic read $SYS/#
`

// Mosquitto starts mosquitto as Foyer's documentation sets it up: passwords,
// rights by gateway, client id equal to the user's name, saved on each change.
// It keeps its sessions and queues over Stop and Start; Kill may lose the last.
func Mosquitto(t TB, o Options) *Server {
	t.Helper()
	const hint = "On Debian: apt-get install mosquitto, or make servers."
	bin, passwd := Need(t, "mosquitto", hint), Need(t, "mosquitto_passwd", hint)
	dir := t.TempDir()
	lines := []string{
		"persistence true",
		"persistence_location " + dir + "/",
		"autosave_interval 1",
		"autosave_on_changes true",
		"max_queued_messages 1000000",
		"max_inflight_messages 1000",
		"message_size_limit 16384",
		"persistent_client_expiration 7d",
		"log_dest stderr",
		"log_type error",
		"log_type warning",
		"log_type notice",
	}
	if os.Geteuid() == 0 {
		lines = append(lines, "user root")
	}
	access := []string{"allow_anonymous true"}
	if o.Folder != "" {
		access = accessFrom(filepath.Join(o.Folder, "passwords"), filepath.Join(o.Folder, "acl"))
	} else if len(o.Users) > 0 {
		access = secured(t, dir, passwd, o)
	}
	conf := filepath.Join(dir, "mosquitto.conf")
	return newServer(t, "mosquitto", "mqtt", func(port int) (*exec.Cmd, error) {
		all := append(append(lines[:len(lines):len(lines)], fmt.Sprintf("listener %d 127.0.0.1", port)), access...)
		text := strings.Join(append(all, o.Extra...), "\n") + "\n"
		if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
			return nil, err
		}
		return exec.Command(bin, "-c", conf), nil
	}, func(s *Server) bool {
		c, err := net.DialTimeout("tcp", s.Addr(), time.Second)
		if err != nil {
			return false
		}
		return c.Close() == nil
	})
}

// secured writes the password file and the access list and returns the lines
// that name them.
func secured(t TB, dir, passwd string, o Options) []string {
	t.Helper()
	var plain strings.Builder
	for user, password := range o.Users {
		fmt.Fprintf(&plain, "%s:%s\n", user, password)
	}
	passwords, acl := filepath.Join(dir, "passwords"), filepath.Join(dir, "acl")
	if o.ACL == "" {
		o.ACL = defaultACL
	}
	for path, text := range map[string]string{passwords: plain.String(), acl: o.ACL} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.Command(passwd, "-U", passwords).CombinedOutput(); err != nil {
		t.Fatalf("hash the passwords: %v: %s", err, out)
	}
	return accessFrom(passwords, acl)
}

// accessFrom returns the lines that name a password file and an access list.
func accessFrom(passwords, acl string) []string {
	return []string{
		"use_username_as_clientid true",
		"allow_anonymous false",
		"password_file " + passwords,
		"acl_file " + acl,
	}
}
