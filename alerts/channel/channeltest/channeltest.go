// Package channeltest holds what every channel must do, as a test.
package channeltest

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/alerts/channel"
	"foyer/internal/disclosure"
	"foyer/internal/household"
)

// Label is the name of the family in [Message]. It must not get into the log.
const Label = "Foyer 07"

// Message returns an alert about a family, as the Gate would give it.
func Message(id string) channel.Message {
	at := time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC)
	return channel.Message{
		ID: id, Step: household.StepOpened, At: at,
		Alert: disclosure.Alert{
			ID: "a2345672345672345", Family: "f2345672345672345", Label: Label, Language: "fr",
			Rule: "cold_home", Severity: household.Urgent, State: household.Open,
			Reason: disclosure.Reason{
				Key:  "alert.cold_home.mean",
				Args: map[string]string{"days": "2", "mean_c": "14.8", "limit_c": "16"},
			},
			Since: at, OpenedAt: at, Changed: at, Version: 1,
		},
	}
}

// Exercise holds a channel, whose receiver answers and is content, against its
// promises. It returns what was sent, in no order.
func Exercise(t *testing.T, ch channel.Channel) []channel.Message {
	t.Helper()
	var all []channel.Message
	send := func(name string, m channel.Message) {
		t.Helper()
		before := fmt.Sprintf("%+v", m)
		if err := ch.Send(t.Context(), m); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if after := fmt.Sprintf("%+v", m); after != before {
			t.Errorf("%s: the message changed from %s to %s", name, before, after)
		}
		all = append(all, m)
	}

	send("an alert", Message("msg_1"))
	send("the same once more", Message("msg_1"))
	for _, step := range []household.Step{household.StepEscalated, household.StepAcknowledged, household.StepResolved} {
		m := Message("msg_" + string(step))
		m.Step = step
		send(string(step), m)
	}
	incident := Message("msg_incident")
	incident.Alert.Family, incident.Alert.Label, incident.Alert.Rule = "", "", "silent_gateway"
	incident.Alert.Reason = disclosure.Reason{}
	send("an incident of a gateway, with no words for it", incident)
	unknown := Message("msg_unknown")
	unknown.Alert.Rule, unknown.Alert.Reason = "a_rule_of_tomorrow", disclosure.Reason{Key: "alert.a_rule_of_tomorrow"}
	send("a rule without words", unknown)
	hostile := Message("msg_hostile")
	hostile.Alert.Label = strings.Repeat("\r\n\x1b[2J<script>\u2028€", 50)
	send("a hostile name", hostile)

	var group sync.WaitGroup
	many := make([]channel.Message, 20)
	for i := range many {
		many[i] = Message(fmt.Sprintf("msg_many_%d", i))
		group.Go(func() {
			if err := ch.Send(t.Context(), many[i]); err != nil {
				t.Errorf("twenty at once: %v", err)
			}
		})
	}
	group.Wait()

	stopped, stop := context.WithCancel(t.Context())
	stop()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = ch.Send(stopped, Message("msg_stopped")) // either outcome is right, waiting is not
	}()
	timer := time.NewTimer(30 * time.Second)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		t.Error("a stopped context does not end a send")
	}
	return append(all, many...)
}
