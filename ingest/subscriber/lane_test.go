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
		l := newLanes(func(m mqtt.Message) {
			mu.Lock()
			if busy[m.Topic()] {
				t.Errorf("two of %s at once", m.Topic())
			}
			busy[m.Topic()] = true
			mu.Unlock()
			time.Sleep(time.Second) // a commit
			mu.Lock()
			defer mu.Unlock()
			busy[m.Topic()] = false
			got[m.Topic()] = append(got[m.Topic()], m.(note).n)
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
		if took := time.Since(began); took != each*time.Second {
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

func TestWorkersComeBackForMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handled := 0
		var mu sync.Mutex
		l := newLanes(func(mqtt.Message) {
			time.Sleep(time.Second)
			mu.Lock()
			defer mu.Unlock()
			handled++
		})
		for range 10 {
			for i := range 3 {
				l.put(note{topic: strconv.Itoa(i)}, nil)
			}
			time.Sleep(1500 * time.Millisecond)
		}
		if l.workers != 3 {
			t.Errorf("%d workers, want 3", l.workers)
		}
		l.close()
		if handled != 30 {
			t.Errorf("%d handled", handled)
		}
	})
}

func TestAFullHouseWaitsAtMostUntilItQuits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quit, open := make(chan struct{}), make(chan struct{})
		l := newLanes(func(mqtt.Message) { <-open })
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
