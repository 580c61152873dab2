package broker

import (
	"os"
	"syscall"
	"testing"

	"foyer/internal/testserver"
)

// TestABrokerWithoutDescriptorsAcceptsAgainWhenThereAreSome takes every descriptor of
// the process away, but the one that a client needs: Accept meets EMFILE.
func TestABrokerWithoutDescriptorsAcceptsAgainWhenThereAreSome(t *testing.T) {
	r := start(t)
	steady := r.signIn("g1")
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	low := before
	low.Cur = 256
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &low); err != nil {
		t.Fatal(err)
	}
	var taken []*os.File
	free := func() {
		for _, f := range taken {
			f.Close()
		}
		taken = nil
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			t.Error(err)
		}
	}
	defer free()
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		taken = append(taken, f)
	}
	last := len(taken) - 1
	taken[last].Close()
	taken = taken[:last]
	late := r.dial() // takes the last one; the kernel lets it wait
	errorsOfAccept := r.hook.metrics.acceptErrors
	testserver.Wait(t, "Accept to fail", func() bool { return countOf(t, errorsOfAccept) > 0 })
	steady.write(publishPacket("foyer/g1/x", 1, 1, "x"))
	steady.acked(1)
	free()
	if code := late.connect(connectPacket("g2", "g2", "secret2")); code != 0 {
		t.Fatalf("CONNACK %d", code)
	}
	if err := r.Probe(t.Context()); err != nil {
		t.Error(err)
	}
}
