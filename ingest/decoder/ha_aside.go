package decoder

import "strings"

func init() {
	for what, is := range asides {
		register(Decoder{
			Name:   "ha_discovery/" + string(what), // of topics that no other dialect knows
			Order:  99,
			Topics: []string{"{any+}"},
			Fits:   func(in *Input) bool { return in.aside() == what },
			Decode: func(*Input) (Result, error) {
				if is.outcome == Refused {
					return Result{}, refuse("%s", is.reason)
				}
				return Result{Outcome: is.outcome, Reason: is.reason}, nil
			},
			Doc: Doc{Apart: string(is.outcome) + ": " + is.reason},
		})
	}
}

// asideFact keeps, behind a topic, a table of the configs that name it as one that
// nothing is read from, each with what it is instead.
const asideFact = "ha-aside "

// An aside is what a topic is that discovery names and nothing is read from.
type aside string

const (
	asideNothing      aside = "nothing"      // a state that is not kept, a command, attributes
	asideAvailability aside = "availability" // of the device
	asideTemplate     aside = "template"     // a state that would be kept if its template could be read
)

var asides = map[aside]struct {
	outcome Outcome
	reason  string
}{
	asideNothing:      {Ignored, "discovery names it, and nothing in it is kept"},
	asideAvailability: {Status, "availability of the device"},
	asideTemplate: {Refused, "discovery describes it by a value_template that does more than take a number out and scale it: " +
		"say what it counts in a template of meters.d"},
}

// aside returns what discovery says of the topic: of several things the one that a
// person has to look at, else the first.
func (in *Input) aside() (what aside) {
	for line := range strings.Lines(in.recall(asideFact + in.message.Topic)) {
		if _, row, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t"); what == "" || aside(row) == asideTemplate {
			what = aside(row)
		}
	}
	return what
}

// leave notes that nothing is read from topic, whatever else stands in it.
func (d *discovery) leave(topic string, what aside) {
	if d.aside[topic] != asideTemplate {
		d.aside[topic] = what
	}
}

// topicsBeside notes the topics of c that are not those of a state.
func (d *discovery) topicsBeside(root, c value) {
	note := func(v value, what aside) {
		topic := fullTopic(v.text(), root, c)
		if _, known := d.aside[topic]; !known && teachable(topic) {
			d.aside[topic] = what
		}
	}
	for _, member := range c.children {
		switch key := member.key(); {
		case key == "state_topic", key == "stat_t":
		case key == "availability_topic", key == "avty_t":
			note(member, asideAvailability)
		case key == "availability", key == "avty":
			for _, a := range member.children {
				note(given(a, "topic", "t"), asideAvailability)
			}
		case key == "topic", key == "t", strings.HasSuffix(key, "_topic"), strings.HasSuffix(key, "_t"):
			note(member, asideNothing)
		}
	}
}

// fullTopic puts the base topic of an entity for the ~ at either end.
func fullTopic(topic string, root, c value) string {
	base := c.get("~").text()
	if base == "" {
		base = root.get("~").text()
	}
	if rest, ok := strings.CutPrefix(topic, "~"); ok {
		return base + rest
	}
	if rest, ok := strings.CutSuffix(topic, "~"); ok {
		return rest + base
	}
	return topic
}

// teachable reports whether a table can stand behind topic.
func teachable(topic string) bool {
	return validTopic(topic) && !strings.ContainsAny(topic, "\t\n")
}
