package subscriber

import (
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	mqtt "github.com/eclipse/paho.mqtt.golang"
)

// A note is a message of a topic.
type note struct {
	mqtt.Message
	topic string
	n     int
}

func (n note) Topic() string { return n.topic }

func TestTopicsAreHandledAtOnceAndEachInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const topics, each = 300, 5
		var mu sync.Mutex
		got, busy := map[string][]int{}, map[string]bool{}
		l := newLanes(func(ms []mqtt.Message) {
			mine := map[string]bool{}
			for _, m := range ms {
				mine[m.Topic()] = true
			}
			mu.Lock()
			for topic := range mine {
				if busy[topic] {
					t.Errorf("two workers have %s", topic)
				}
				busy[topic] = true
			}
			mu.Unlock()
			time.Sleep(time.Second) // a commit
			mu.Lock()
			defer mu.Unlock()
			for topic := range mine {
				busy[topic] = false
			}
			for _, m := range ms {
				got[m.Topic()] = append(got[m.Topic()], m.(note).n)
			}
		})
		began := time.Now()
		for n := range each {
			for i := range topics {
				if !l.put(note{topic: strconv.Itoa(i), n: n}, nil) {
					t.Fatal("not taken")
				}
			}
		}
		l.close()
		if took := time.Since(began); took > each*time.Second {
			t.Errorf("took %v: topics waited for each other", took)
		}
		if len(got) != topics {
			t.Errorf("%d topics", len(got))
		}
		for topic, order := range got {
			if fmt.Sprint(order) != "[0 1 2 3 4]" {
				t.Errorf("%s: %v", topic, order)
			}
		}
		if l.put(note{topic: "late"}, nil) {
			t.Error("taken after the end")
		}
		if len(l.lanes) != 0 || len(l.room) != 1 {
			t.Errorf("%d topics and %d messages are remembered", len(l.lanes), len(l.room))
		}
	})
}

func TestAWorkerThatIsHeldUpHoldsUpItsOwnTopicsAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		handled, free := map[string]int{}, make(chan struct{})
		l := newLanes(func(ms []mqtt.Message) {
			for _, m := range ms {
				if m.Topic() == "slow" {
					<-free
				}
			}
			mu.Lock()
			defer mu.Unlock()
			for _, m := range ms {
				handled[m.Topic()]++
			}
		})
		l.put(note{topic: "slow"}, nil)
		synctest.Wait()
		for range 3 {
			for i := range 10 {
				l.put(note{topic: strconv.Itoa(i)}, nil)
				l.put(note{topic: "slow"}, nil)
			}
			synctest.Wait()
		}
		mu.Lock()
		if len(handled) != 10 || handled["slow"] != 0 || handled["9"] != 3 {
			t.Errorf("%v", handled)
		}
		mu.Unlock()
		close(free)
		l.close()
		if handled["slow"] != 31 || l.workers > mostWorkers {
			t.Errorf("%d of the slow topic, %d workers", handled["slow"], l.workers)
		}
	})
}

func TestAFullHouseWaitsAtMostUntilItQuits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quit, open := make(chan struct{}), make(chan struct{})
		l := newLanes(func([]mqtt.Message) { <-open })
		for range mostWaiting + 1 { // one is being handled
			l.put(note{topic: "t"}, quit)
			synctest.Wait()
			if len(l.room) == mostWaiting {
				break
			}
		}
		done := make(chan bool)
		go func() { done <- l.put(note{topic: "t"}, quit) }()
		synctest.Wait()
		close(quit)
		if <-done {
			t.Error("taken, beyond what may wait")
		}
		close(open)
		l.close()
	})
}
