package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
)

func init() {
	register(Property{
		IDs: []string{"R16"}, Says: "payload bombs, silent and partial sockets, connection floods, no descriptors left",
		Full: 28, Short: 4, Round: 28, Needs: []Need{Program("prlimit", "util-linux")}, Run: flood,
	})
}

const (
	floodFor  = 8 * time.Second
	sockets   = 1000             // silent ones, and as many that say half of what they have to
	promptly  = time.Second      // for an acknowledgement of a meter that does as it should
	bounded   = 256 << 20        // bytes of memory
	accepting = 10 * time.Second // until a new gateway is let in after a flood
	flooders  = 8                // that connect at once
)

// flood lets some gateways go on with their work while others, and strangers, do what
// they can to stop that: a gateway whose every message is a bomb, sockets that say
// nothing or not all, connections one after the other, and no descriptors left for new
// ones. The gateways must not notice.
func flood(t *Trial) {
	p := t.Settle(t.TempDir())
	t.must(snapshot(p.dir, p.data), "copy the pilot")
	p.start()
	p.ready()
	c := t.crowd(p, p.meters[:2*(gateways-2)]) // the last two gateways are for the flood
	c.rate.Store(int64(100))
	c.prompt = func(took time.Duration) {
		t.report.Took("R16", "from a gateway's message to its acknowledgement in a flood", 0.99, promptly, took)
	}
	c.publish(p.embedded(), c.emissions())
	c.first(p.alive)
	kinds := []struct {
		says string
		run  func(ctx context.Context, luck *rand.Rand)
	}{
		{"bombs", p.bombs},
		{"silent and partial sockets", p.silence},
		{"connections", p.connections},
		{"no descriptors", p.starve},
	}
	for k := range t.Cycles {
		attack := kinds[k%len(kinds)]
		ctx, cancel := context.WithTimeout(t.Context, floodFor)
		done := make(chan struct{})
		luck := rand.New(rand.NewPCG(t.Luck.Uint64(), 3)) //nolint:gosec // a seed that repeats, no secret
		go func() { defer close(done); attack.run(ctx, luck) }()
		for open := true; open; {
			select {
			case <-done:
				open = false
			default:
				p.alive()
				t.pause(50 * time.Millisecond)
			}
		}
		cancel()
		began := t.now()
		t.await("a new gateway to be let in after "+attack.says, func() bool {
			p.alive()
			return p.admits()
		})
		t.report.Took("R16", "from the end of a flood until a new gateway is let in", 1, accepting, t.now().Sub(began))
	}
	c.finish()
	p.alive()
	peak := p.peak()
	t.Logf("at most %d MiB", peak>>20)
	t.report.Count("R16", "floods that ended Foyer", int64(t.Cycles), 0) // else alive has ended the trial
	t.report.Count("R16", fmt.Sprintf("rounds of floods that took more than %d MiB of memory", bounded>>20), 1, bad(peak > bounded))
	p.ready()
	p.drained()
	p.stop()
	w := &watcher{t: t, c: c, dir: t.TempDir()}
	w.settle("R16", p.data)
}

// peak returns the most memory that Foyer ever had, in bytes.
func (p *Pilot) peak() int64 {
	f, err := os.Open(fmt.Sprintf("/proc/%d/status", p.proc.Pid()))
	p.t.must(err, "look at foyer's memory")
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			p.t.must(err, "look at foyer's memory")
			return kb << 10
		}
	}
	p.t.Fatal("the system does not tell foyer's memory")
	return 0
}

// spare is a gateway that does nothing else than come in after floods; the one before
// it drops bombs.
func spare() string { return fmt.Sprintf("gw-%02d", gateways) }

func bomber() string { return fmt.Sprintf("gw-%02d", gateways-1) }

// dial connects to the pilot's broker; nil when nobody accepts.
func (p *Pilot) dial(ctx context.Context) net.Conn {
	d := net.Dialer{Timeout: time.Second}
	conn, err := d.DialContext(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", p.broker))
	if err != nil { // a moment, so that who tries again does not run hot
		timer := time.NewTimer(10 * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
		return nil
	}
	return conn
}

// hello returns the CONNECT of a gateway.
func hello(user, password string) []byte {
	c := packets.NewControlPacket(packets.Connect).(*packets.ConnectPacket)
	c.ProtocolName, c.ProtocolVersion, c.CleanSession, c.Keepalive = "MQTT", 4, true, 60
	c.ClientIdentifier, c.Username, c.UsernameFlag, c.Password, c.PasswordFlag = user, user, true, []byte(password), true
	var b bytes.Buffer
	_ = c.Write(&b) // a buffer takes everything
	return b.Bytes()
}

// admits reports whether the spare gateway is let in.
func (p *Pilot) admits() bool {
	conn := p.dial(p.t.Context)
	if conn == nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	if conn.SetDeadline(p.t.now().Add(time.Second)) != nil {
		return false
	}
	if _, err := conn.Write(hello(spare(), p.passwords[spare()])); err != nil {
		return false
	}
	answer, err := packets.ReadPacket(conn)
	if err != nil {
		return false
	}
	ack, ok := answer.(*packets.ConnackPacket)
	return ok && ack.ReturnCode == packets.Accepted
}

// bombs are what a gateway sends that somebody has taken over.
func (p *Pilot) bombs(ctx context.Context, luck *rand.Rand) {
	topic := "foyer/" + bomber() + "/zigbee2mqtt/bombe"
	for ctx.Err() == nil {
		conn := p.dial(ctx)
		if conn == nil {
			continue
		}
		_ = conn.SetDeadline(p.t.now().Add(2 * time.Second))
		_, err := conn.Write(hello(bomber(), p.passwords[bomber()]))
		go func() { _, _ = io.Copy(io.Discard, conn) }()
		for id := uint16(1); err == nil && ctx.Err() == nil; id++ {
			m := packets.NewControlPacket(packets.Publish).(*packets.PublishPacket)
			m.TopicName, m.Qos, m.MessageID, m.Payload = topic, 1, max(id, 1), bomb(luck)
			_ = conn.SetDeadline(p.t.now().Add(2 * time.Second))
			err = m.Write(conn)
		}
		_ = conn.Close()
	}
}

// bomb returns a payload that is meant to hurt.
func bomb(luck *rand.Rand) []byte {
	const most = 16000
	repeat := func(s string, n int) []byte { return bytes.Repeat([]byte(s), n/len(s)) }
	switch luck.IntN(10) {
	case 0:
		return repeat("x", 16<<10+1+luck.IntN(1<<20)) // longer than any packet may be
	case 1:
		return repeat("[", most)
	case 2:
		return repeat(`{"a":`, most)
	case 3:
		return append(append([]byte(`{"energy":`), repeat("9", most)...), '}')
	case 4:
		return fmt.Appendf(nil, `{"energy":1e%d,"power":-1e%d}`, luck.IntN(1<<30), luck.IntN(1<<30))
	case 5:
		return []byte(`{"energy":NaN,"power":Infinity,"last_seen":"9999-99-99T99:99:99Z"}`)
	case 6:
		return append(append([]byte(`{"energy`), repeat("\xff\xfe\x00", most)...), `":1}`...)
	case 7:
		return append(append([]byte{'{'}, repeat(`"energy":1,"Energy":2,`, most)...), `"energy":3}`...)
	case 8:
		return append(append([]byte(`{"energy":"`), repeat(`\u0000`, most)...), `"}`...)
	}
	return append(append([]byte{'['}, repeat(`{"energy":1},`, most)...), `1]`...)
}

// silence opens sockets that say nothing, and as many that say half a CONNECT, and
// opens them again when they are closed.
func (p *Pilot) silence(ctx context.Context, _ *rand.Rand) {
	half := hello(bomber(), p.passwords[bomber()])
	half = half[:len(half)/2]
	var all sync.WaitGroup
	for i := range 2 * sockets {
		all.Go(func() {
			for ctx.Err() == nil {
				conn := p.dial(ctx)
				if conn == nil {
					continue
				}
				if i%2 == 0 {
					_, _ = conn.Write(half)
				}
				end, _ := ctx.Deadline()
				_ = conn.SetDeadline(end)
				_, _ = io.Copy(io.Discard, conn) // until either end has enough
				_ = conn.Close()
			}
		})
	}
	all.Wait()
}

// connections come one after the other, with nothing good to say.
func (p *Pilot) connections(ctx context.Context, luck *rand.Rand) {
	words := [][]byte{
		nil,
		[]byte("GET / HTTP/1.1\r\n\r\n"),
		hello("nobody", "wrong"),
		hello(bomber(), "wrong"),
		{0x10, 0xff, 0xff, 0xff, 0x7f},             // CONNECT of 256 MiB
		{0x82, 0x05, 0x00, 0x01, 0x00, 0x00, 0x00}, // SUBSCRIBE of MQTT 5, seven bytes
		append(hello(bomber(), "wrong"), make([]byte, 99)...),
		bytes.Repeat([]byte{0x30, 0x00}, 1000),
	}
	seeds := make([]uint64, flooders)
	for i := range seeds {
		seeds[i] = luck.Uint64()
	}
	var all sync.WaitGroup
	for _, seed := range seeds {
		all.Go(func() {
			luck := rand.New(rand.NewPCG(seed, 4)) //nolint:gosec // a seed that repeats, no secret
			for ctx.Err() == nil {
				conn := p.dial(ctx)
				if conn == nil {
					continue
				}
				_, _ = conn.Write(words[luck.IntN(len(words))])
				if luck.IntN(2) == 0 {
					_ = conn.SetReadDeadline(p.t.now().Add(20 * time.Millisecond))
					_, _ = conn.Read(make([]byte, 64))
				}
				_ = conn.Close()
			}
		})
	}
	all.Wait()
}

// starve leaves Foyer hardly a descriptor while strangers ask for many.
func (p *Pilot) starve(ctx context.Context, luck *rand.Rand) {
	before, err := p.limit("")
	if err == nil {
		var open []os.DirEntry
		if open, err = os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.proc.Pid())); err == nil {
			_, err = p.limit(fmt.Sprintf("%d:", len(open)+4+luck.IntN(8)))
		}
	}
	if err != nil {
		p.t.Errorf("take foyer's descriptors away: %v", err)
		return
	}
	p.silence(ctx, luck)
	if _, err := p.limit(before + ":"); err != nil {
		p.t.Errorf("give foyer its descriptors back: %v", err)
	}
}

// limit sets how many descriptors Foyer may have, "" for as many as before, and
// returns how many it may.
func (p *Pilot) limit(to string) (string, error) {
	args := []string{"--pid", strconv.Itoa(p.proc.Pid()), "--raw", "--noheadings", "--output", "SOFT", "--nofile"}
	if to != "" {
		args = []string{"--pid", strconv.Itoa(p.proc.Pid()), "--nofile=" + to}
	}
	out, err := exec.CommandContext(p.t.Context, "prlimit", args...).CombinedOutput() //nolint:gosec // the harness's own words
	if err != nil {
		return "", errors.Join(err, errors.New(string(out)))
	}
	return strings.TrimSpace(string(out)), nil
}
