package ingest

import "time"

// A Message is one MQTT PUBLISH as a transport received it.
type Message struct {
	// Topic is the topic as published: "foyer/<gateway>/<the device's own topic>",
	// or one that [Mounts] lead to a gateway.
	Topic   string
	Payload []byte

	// Retained says that the broker kept this copy and handed it over on
	// subscribe: its age is unknown. A message published just now is not, whatever
	// flag its sender set.
	Retained bool

	// Gateway is who published, as the transport authenticated it; "" when the
	// transport cannot know, and the broker alone saw to it that only the gateway
	// writes below its name.
	Gateway string

	At time.Time // arrival, world clock; never zero

	// Vouched says that a person replays the message from quarantine: its age
	// alone does not send it back there.
	Vouched bool
}
