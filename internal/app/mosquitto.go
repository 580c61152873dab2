package app

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"foyer/internal/config"
	"foyer/internal/registry"
)

// Mosquitto is what mosquitto has to be told of gateways and of Foyer: the texts of
// its password file and of its access list.
type Mosquitto struct {
	Passwords string
	ACL       string

	// NoPassword lists Foyer's own users whose password stands in no configuration.
	// They have no line among the passwords.
	NoPassword []string
}

// Mosquitto writes the files for the registry's gateways and for the ingesters of
// several configurations. Known are the hashes of an earlier password file by user:
// they stand for gateways whose password is older than its hash in the records. Its
// error names every gateway that needs a new password, and every name that
// mosquitto would misread.
func (o *Office) Mosquitto(ctx context.Context, ingesters []config.Broker, known map[string]string) (Mosquitto, error) {
	hashes, err := o.Registry.MosquittoHashes(ctx)
	if err != nil {
		return Mosquitto{}, err
	}
	gateways := slices.Sorted(maps.Keys(hashes))
	var faults []error
	for _, g := range gateways {
		if hashes[g] == "" {
			hashes[g] = known[g]
		}
		if hashes[g] == "" {
			faults = append(faults, fmt.Errorf("gateway %q: its password was given before Foyer kept a hash for mosquitto. Give it a new one: foyer gateway add %s", g, g))
		}
	}
	for i, b := range ingesters {
		faults = append(faults, badIngester(b, hashes))
		if slices.ContainsFunc(ingesters[:i], func(other config.Broker) bool { return other.User == b.User }) {
			faults = append(faults, fmt.Errorf("broker.user %q: two ingesters have it. Give each its own: the broker keeps a session under it", b.User))
		}
	}
	if err := errors.Join(faults...); err != nil {
		return Mosquitto{}, err
	}
	m := Mosquitto{ACL: accessList(ingesters)}
	var text strings.Builder
	for _, b := range ingesters {
		if b.Password.Reveal() == "" {
			m.NoPassword = append(m.NoPassword, b.User)
			continue
		}
		hash, err := registry.MosquittoHash(b.Password.Reveal())
		if err != nil {
			return Mosquitto{}, err
		}
		fmt.Fprintf(&text, "%s:%s\n", b.User, hash)
	}
	for _, g := range gateways {
		fmt.Fprintf(&text, "%s:%s\n", g, hashes[g])
	}
	m.Passwords = text.String()
	return m, nil
}

// badIngester says what keeps an ingester's section out of mosquitto's files.
func badIngester(b config.Broker, gateways map[string]string) error {
	var faults []error
	if b.User == "" || strings.ContainsAny(b.User, ":/+#") || strings.ContainsFunc(b.User, notPlain) {
		faults = append(faults, fmt.Errorf("broker.user %q: want a name without spaces and : / + #", b.User))
	}
	if _, taken := gateways[b.User]; taken {
		faults = append(faults, fmt.Errorf("broker.user %q: a gateway has that name, and would read what all publish. Name Foyer's user otherwise", b.User))
	}
	for i, m := range b.Mounts {
		if strings.ContainsFunc(m.Topic, unicode.IsControl) || strings.TrimSpace(m.Topic) != m.Topic {
			faults = append(faults, fmt.Errorf("broker.mounts[%d].topic %q: mosquitto's access list has no way to write it", i, m.Topic))
		}
	}
	return errors.Join(faults...)
}

func notPlain(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }

// accessList lets gateways write below their own names and their mounts, and
// ingesters read all of that and write nothing.
func accessList(ingesters []config.Broker) string {
	var text strings.Builder
	text.WriteString("# Written by `foyer broker config`, which overwrites it.\n\n# A gateway writes under its own name.\npattern write foyer/%u/#\n")
	mounts := map[string][]string{} // by gateway
	for _, b := range ingesters {
		// The pattern holds for every user; a denial comes before it.
		fmt.Fprintf(&text, "\n# Foyer reads what gateways send, and writes nothing.\nuser %s\ntopic deny foyer/%s/#\n", b.User, b.User)
		for _, filter := range b.Mounts.Filters() {
			fmt.Fprintf(&text, "topic read %s\n", filter)
		}
		text.WriteString("topic read $SYS/broker/publish/messages/dropped\n")
		for _, m := range b.Mounts {
			if !slices.Contains(mounts[m.Gateway], m.Topic) {
				mounts[m.Gateway] = append(mounts[m.Gateway], m.Topic)
			}
		}
	}
	for _, gateway := range slices.Sorted(maps.Keys(mounts)) {
		fmt.Fprintf(&text, "\n# Its devices cannot take a prefix.\nuser %s\n", gateway)
		for _, topic := range mounts[gateway] {
			fmt.Fprintf(&text, "topic write %s\n", topic)
		}
	}
	return text.String()
}
