package main

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/rogpeppe/go-internal/testscript"

	"foyer/internal/energy"
	"foyer/internal/series"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"foyer":  func() { os.Exit(run()) },
		"stored": func() { os.Exit(stored(os.Args[1])) },
		"browse": func() { os.Exit(exitOf(browse(os.Args[1], os.Args[2:]...))) },
		"code":   func() { os.Exit(exitOf(authenticate(os.Stdin))) },
	})
}

// exitOf says what a command of a script could not do.
func exitOf(err error) int {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// TestScripts runs foyer as people do: testdata/script/*.txtar. Each has a folder
// with a foyer.yaml of its own, everything in it and the broker at $BROKER. $PAGES is an
// address where pages may be.
func TestScripts(t *testing.T) {
	p := scriptParams()
	p.Dir = filepath.Join("testdata", "script")
	testscript.Run(t, p)
}

// scriptParams say what a script finds.
func scriptParams() testscript.Params {
	return testscript.Params{
		Setup: func(e *testscript.Env) error {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			pages, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return errors.Join(err, l.Close())
			}
			e.Setenv("BROKER", l.Addr().String())
			e.Setenv("PAGES", pages.Addr().String())
			e.Setenv("SOON", time.Now().AddDate(0, 3, 0).Format(time.DateOnly)) // a day that a consent may end on
			config := fmt.Sprintf("listen: 127.0.0.1:0\nbroker: {url: embedded://%s}\n", l.Addr())
			if err := errors.Join(l.Close(), pages.Close()); err != nil {
				return err
			}
			return os.WriteFile(filepath.Join(e.WorkDir, "foyer.yaml"), []byte(config), 0o600)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"alter": alter, "await": await, "capture": capture, "publish": publish,
		},
	}
}

// alter changes the records of ./data behind Foyer's back: alter STATEMENT.
func alter(ts *testscript.TestScript, _ bool, words []string) {
	db, err := sql.Open("sqlite", "file:"+ts.MkAbs(filepath.Join("data", "records.db")))
	ts.Check(err)
	defer db.Close()
	_, err = db.ExecContext(context.Background(), strings.Join(words, " "))
	ts.Check(err)
}

// stored prints what the series store of ./data holds of a meter.
func stored(meter string) int {
	ctx := context.Background()
	s, err := series.OpenSQLite(ctx, filepath.Join("data", "readings.db"))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer s.Close()
	rs, err := s.Read(ctx, energy.MeterID(meter), time.Unix(0, 0), time.Unix(1<<33, 0))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	for _, r := range rs {
		fmt.Println(r.Register, r.At.Format(time.RFC3339Nano), r.Value, r.Source)
	}
	return 0
}

// await PATTERN COMMAND… runs a command until it succeeds and its output matches,
// for 30 s.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: await pattern command [args…]")
	}
	pattern := regexp.MustCompile("(?m)" + args[0])
	for end := time.Now().Add(30 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		err := ts.Exec(args[1], args[2:]...)
		if err == nil && pattern.MatchString(ts.ReadFile("stdout")) {
			return
		}
		if time.Now().After(end) {
			ts.Fatalf("waited for %q: %v, %s%s", args[0], err, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
		}
	}
}

// capture NAME [MEMBER] keeps the last output, or a member of its JSON, in $NAME.
func capture(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 || len(args) > 2 {
		ts.Fatalf("usage: capture name [member]")
	}
	text := strings.TrimSpace(ts.ReadFile("stdout"))
	if len(args) == 2 {
		object := map[string]any{}
		ts.Check(json.Unmarshal([]byte(text), &object))
		text = fmt.Sprint(object[args[1]])
	}
	ts.Setenv(args[0], text)
}

// publish GATEWAY SECRET TOPIC PAYLOAD… publishes with QoS 1 and waits for each
// PUBACK. A payload may hold the escapes of a Go string.
func publish(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: publish gateway secret topic payload…")
	}
	var conn net.Conn
	for end := time.Now().Add(30 * time.Second); conn == nil; time.Sleep(20 * time.Millisecond) {
		c, err := net.Dial("tcp", ts.Getenv("BROKER"))
		if err == nil {
			conn = c
		} else if time.Now().After(end) {
			ts.Fatalf("waited for the broker: %v", err)
		}
	}
	defer conn.Close()
	ts.Check(conn.SetDeadline(time.Now().Add(30 * time.Second)))
	in := bufio.NewReader(conn)
	hello := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	hello.ProtocolName, hello.ProtocolVersion, hello.CleanSession, hello.Keepalive = "MQTT", 4, true, 60
	hello.ClientIdentifier, hello.Username, hello.Password = args[0], args[0], []byte(args[1])
	hello.UsernameFlag, hello.PasswordFlag = true, true
	ts.Check(hello.Write(conn))
	got, err := packets.ReadPacket(in)
	ts.Check(err)
	if ack, ok := got.(*packets.ConnackPacket); !ok || ack.ReturnCode != 0 {
		ts.Fatalf("not let in: %v", got)
	}
	for i, payload := range args[3:] {
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(payload, `"`, `\"`) + `"`)
		ts.Check(err)
		m := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
		m.TopicName, m.Qos, m.MessageID, m.Payload = args[2], 1, uint16(i+1), []byte(text)
		ts.Check(m.Write(conn))
		got, err := packets.ReadPacket(in)
		ts.Check(err)
		if ack, ok := got.(*packets.PubackPacket); !ok || ack.MessageID != m.MessageID {
			ts.Fatalf("%v instead of a PUBACK", got)
		}
	}
}
