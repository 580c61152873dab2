package ingest

import (
	"errors"
	"fmt"
	"strings"

	"foyer/internal/energy"
)

// root is the first segment of every mounted topic.
const root = "foyer"

// Mounts lead topics of devices that cannot take a prefix to their gateways.
// Its zero value knows mounted topics alone.
type Mounts []Mount

// A Mount says behind which gateway the devices of some topics are.
type Mount struct {
	Topic   string `yaml:"topic"`   // an MQTT topic filter, "shellies/#"
	Gateway string `yaml:"gateway"` // 1 to 64 characters of [a-z0-9-]
}

func validGateway(id string) bool { return energy.ValidID(id, 64) }

// Resolve returns whose topic it is, and the device's own part of it. It reports
// false for a topic of nobody.
func (m Mounts) Resolve(topic string) (gateway, own string, ok bool) {
	if rest, mounted := strings.CutPrefix(topic, root+"/"); mounted {
		gateway, own, _ = strings.Cut(rest, "/")
		return gateway, own, own != "" && validGateway(gateway)
	}
	for _, mount := range m {
		if covers(mount.Topic, topic) {
			return mount.Gateway, topic, true
		}
	}
	return "", "", false
}

// Filters returns the topic filters to subscribe to.
func (m Mounts) Filters() []string {
	filters := []string{root + "/#"}
	for _, mount := range m {
		filters = append(filters, mount.Topic)
	}
	return filters
}

// Validate reports every mount that cannot work.
func (m Mounts) Validate() error {
	var faults []error
	for i, mount := range m {
		if reason := badFilter(mount.Topic); reason != "" {
			faults = append(faults, fmt.Errorf("mounts[%d].topic %q: %s", i, mount.Topic, reason))
		}
		if !validGateway(mount.Gateway) {
			faults = append(faults, fmt.Errorf("mounts[%d].gateway %q: want 1 to 64 characters of a-z, 0-9 and -", i, mount.Gateway))
		}
	}
	return errors.Join(faults...)
}

// badFilter says what is wrong with a topic filter, "" when nothing is.
func badFilter(filter string) string {
	levels := strings.Split(filter, "/")
	switch {
	case filter == "":
		return "want a topic filter"
	case levels[0] == root || levels[0] == "#" || levels[0] == "+" || strings.HasPrefix(filter, "$"):
		return "want a first segment of the device's own, not " + levels[0]
	}
	for i, level := range levels {
		if level == "#" && i == len(levels)-1 || level == "+" {
			continue
		}
		if strings.ContainsAny(level, "#+\x00") {
			return "# stands alone at the end, + alone between slashes"
		}
	}
	return ""
}

// covers reports whether an MQTT topic filter matches a topic.
func covers(filter, topic string) bool {
	for {
		if filter == "#" {
			return true
		}
		want, filterRest, moreFilter := strings.Cut(filter, "/")
		got, topicRest, moreTopic := strings.Cut(topic, "/")
		if want != "+" && want != got {
			return false
		}
		if !moreFilter || !moreTopic {
			return moreFilter == moreTopic || moreFilter && filterRest == "#" // "a/#" matches "a"
		}
		filter, topic = filterRest, topicRest
	}
}
