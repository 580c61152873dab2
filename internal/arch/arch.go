// Package arch holds the list of allowed imports between Foyer's packages.
//
// It is the only place that does. Its test reads every package and fails on any
// other arrow and on a package without a comment. Drawing a new arrow is a
// decision: change the list and say why in the commit.
package arch

// An Arrow lists what a package may import of Foyer's own. A name ending in
// "/..." stands for the packages below it.
type Arrow struct {
	From string
	To   []string
}

// Arrows is the whole list, from the leaves up to the program.
var Arrows = []Arrow{
	{"internal/energy", nil},
	{"internal/household", []string{"internal/energy"}},
	{"internal/consent", nil},
	{"internal/text", nil},
	{"internal/secret", nil},
	{"internal/arch", nil},
	{"internal/tariff", []string{"internal/energy", "internal/household"}},

	// Messages in. Nothing here learns who lives where.
	{"ingest/decoder", []string{"internal/energy"}},
	{"ingest/spool", []string{"internal/energy", "ingest"}},
	{"ingest", []string{"internal/energy", "ingest/decoder"}},
	{"ingest/subscriber", []string{"ingest", "internal/secret"}},
	{"internal/broker", []string{"ingest"}},

	// The oracle imports nothing that it judges.
	{"simulators", []string{"internal/energy"}},

	// Meaning.
	{"indicators", []string{"internal/energy", "internal/household", "internal/tariff"}},
	{"internal/jobs", []string{"internal/energy", "internal/household", "internal/tariff", "indicators"}},
	{"alerts", []string{"internal/energy", "internal/household"}},

	// Stores satisfy interfaces that their callers declare.
	{"internal/series", []string{"internal/energy", "internal/secret"}},
	{"internal/records", []string{"internal/energy", "internal/household", "internal/tariff", "internal/consent"}},

	// The way out.
	{"internal/registry", []string{"internal/energy", "internal/household", "internal/consent"}},
	{"internal/account", []string{"internal/household"}},
	{"internal/disclosure", []string{"internal/energy", "internal/household", "internal/consent"}},
	// The outbox knows a delivery and a recipient by name; figures only as the Gate gives them.
	{"alerts/channel", []string{"internal/disclosure", "internal/text", "internal/secret", "internal/household", "internal/consent"}},
	{"api", []string{"internal/disclosure", "internal/registry", "internal/account", "internal/text", "internal/energy", "internal/household", "internal/consent", "api/..."}},
	{"api/pages", []string{"internal/disclosure", "internal/registry", "internal/account", "internal/text", "internal/energy", "internal/household", "internal/consent"}},

	// Only here does everything meet.
	{"internal/config", []string{"ingest/...", "alerts/...", "api/...", "indicators/...", "internal/..."}},
	{"internal/app", []string{"ingest/...", "alerts/...", "api/...", "indicators/...", "simulators/...", "internal/..."}},
	{"cmd/foyer", []string{"ingest/...", "alerts/...", "api/...", "indicators/...", "simulators/...", "internal/..."}},

	// Used by tests alone.
	{"internal/testserver", nil},
	{"alerts/channel/channeltest", []string{"alerts/channel", "internal/disclosure", "internal/household"}},
}
