// Package arch holds the list of allowed imports between Foyer's packages, and
// the promises that no change of that list may break.
//
// It is the only place that does. Its test reads every package and fails on any
// other arrow, on an arrow nobody uses, on a broken promise and on a package
// without a comment. Drawing a new arrow is a decision: change the list and say
// why in the commit.
package arch

// An Arrow lists what the code of a package, its tests aside, imports of
// Foyer's own.
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
	{"internal/written", nil},
	{"internal/permission", nil},
	{"internal/outbound", nil},
	{"internal/keyring", nil},
	{"internal/backup", nil},
	{"internal/vacuum", nil},
	{"internal/listen", nil},
	{"internal/arch", nil},
	{"internal/formula", []string{"internal/written"}},
	{"internal/canonical", nil},
	{"internal/charter", nil},
	{"internal/browsing", nil},
	{"internal/journal", []string{"internal/canonical"}},
	{"internal/tic", nil},
	{"internal/opendata", nil},
	{"internal/scorecard", nil},
	{"internal/tariff", []string{"internal/energy", "internal/household", "internal/written"}},

	// Messages in. Nothing here learns who lives where.
	{"ingest/decoder", []string{"internal/energy", "internal/written"}},
	{"ingest", []string{"internal/energy", "ingest/decoder"}},
	// It seals what waits for a person.
	{"ingest/spool", []string{"internal/energy", "internal/keyring", "internal/vacuum", "ingest"}},
	{"ingest/subscriber", []string{"internal/secret", "ingest"}},
	{"internal/broker", []string{"ingest", "internal/listen"}},

	// The oracle imports nothing that it judges.
	{"simulators", []string{"internal/energy", "internal/written"}},

	// Meaning.
	{"indicators", []string{"internal/energy", "internal/household", "internal/tariff", "internal/written", "internal/canonical", "internal/formula", "indicators/caltrack"}},
	{"indicators/caltrack", []string{"internal/energy", "internal/household", "internal/written"}},
	{"internal/weather", []string{"internal/energy", "internal/household", "internal/outbound"}},
	{"internal/jobs", []string{"internal/energy", "internal/household", "internal/tariff", "internal/weather", "internal/opendata", "indicators"}},
	{"alerts", []string{"internal/energy", "internal/household"}},

	// Stores satisfy interfaces that their callers declare.
	{"internal/series", []string{"internal/energy", "internal/secret", "internal/vacuum"}},
	// It seals what names a family.
	{"internal/records", []string{"internal/browsing", "internal/energy", "internal/household", "internal/consent", "internal/canonical", "internal/charter", "internal/journal", "internal/keyring", "internal/vacuum"}},

	// The way out.
	{"internal/registry", []string{"internal/energy", "internal/household", "internal/charter", "internal/consent"}},
	{"internal/account", []string{"internal/household", "internal/permission"}},
	// What the journal tells names nobody; a family is shown the proof of who read its data.
	{"internal/disclosure", []string{"internal/energy", "internal/household", "internal/charter", "internal/consent", "internal/journal", "internal/permission"}},
	// The outbox knows a delivery and a recipient by name; figures only as the Gate gives them.
	{"alerts/channel", []string{"internal/household", "internal/consent", "internal/disclosure", "internal/text", "internal/secret", "internal/outbound"}},
	{"api/pages", []string{"internal/charter", "internal/energy", "internal/household", "internal/consent", "internal/disclosure", "internal/registry", "internal/account", "internal/permission", "internal/text"}},
	// It writes down what the Gate hands over about one family, in the family's words.
	{"internal/export", []string{"internal/household", "internal/consent", "internal/disclosure", "internal/text"}},
	// The server writes what a family says, and its receipts.
	{"api", []string{"internal/charter", "internal/consent", "internal/energy", "internal/export", "internal/household", "internal/disclosure", "internal/registry", "internal/account", "internal/permission", "internal/text", "api/pages"}},

	// What an auditor can try. It computes nothing, so that no package learns of another for it.
	{"internal/formulary", []string{
		"indicators", "internal/canonical", "internal/consent", "internal/formula", "internal/journal", "internal/opendata", "internal/scorecard", "internal/tic",
	}},

	// It tries the calculation of savings on homes that are known to the last watt-hour.
	{"internal/rehearsal", []string{"indicators", "indicators/caltrack", "internal/energy", "internal/household", "internal/weather", "simulators"}},

	// Only here does everything meet.
	{"internal/config", []string{
		"ingest", "ingest/decoder", "ingest/spool", "ingest/subscriber", "alerts", "alerts/channel", "internal/broker", "internal/journal", "internal/keyring", "internal/secret",
		"internal/listen", "internal/weather", "internal/written",
	}},
	// It says what an installation is told, and makes nothing.
	{"internal/install", []string{"internal/config", "internal/listen", "internal/permission", "internal/text", "internal/written"}},
	{"internal/app", []string{
		"ingest", "ingest/spool", "ingest/subscriber", "alerts", "alerts/channel", "api", "api/pages", "simulators",
		"internal/account", "internal/backup", "internal/broker", "internal/browsing", "internal/config", "internal/consent", "internal/disclosure",
		"internal/energy", "internal/household", "internal/jobs", "internal/journal", "internal/keyring", "internal/outbound", "internal/records", "internal/registry",
		"internal/series", "internal/tariff", "internal/text", "internal/listen", "internal/weather",
	}},
	{"cmd/foyer", []string{
		"ingest/decoder", "indicators", "indicators/caltrack", "alerts/channel", "simulators", "internal/app", "internal/config",
		"internal/account", "internal/backup", "internal/charter", "internal/consent", "internal/disclosure", "internal/energy", "internal/export", "internal/formula", "internal/formulary", "internal/household", "internal/install", "internal/jobs", "internal/journal", "internal/permission", "internal/registry", "internal/rehearsal", "internal/tariff", "internal/text", "internal/weather", "internal/written",
	}},
	// The benchmark enrols its meters and reads what was stored, and runs the program
	// as its operator does.
	{"deployments/bench", []string{
		"internal/app", "internal/config", "internal/consent", "internal/energy", "internal/household", "internal/registry", "internal/series",
	}},

	// Used by tests alone.
	{"internal/testserver", nil},
	// It judges the binary from outside, with publishers and servers that tests use too.
	{"deployments/chaos", []string{"deployments/chaos/lazyfs", "internal/testserver", "simulators"}},
	{"deployments/chaos/lazyfs", nil},
	{"alerts/channel/channeltest", []string{"alerts/channel", "internal/disclosure", "internal/household"}},
}

// A Promise says what packages never reach, neither directly nor through what
// they import. A name ending in "/..." stands for a folder and all below it.
type Promise struct {
	Says  string
	From  []string
	Never []string
}

// Promises stand whatever Arrows says.
var Promises = []Promise{
	{
		Says:  "ingest never learns who",
		From:  []string{"ingest/...", "internal/broker"},
		Never: people,
	},
	{
		Says:  "what leaves, leaves through disclosure",
		From:  []string{"api/...", "alerts/channel", "internal/disclosure", "internal/export", "internal/registry", "internal/account"},
		Never: []string{"internal/records", "internal/series", "internal/jobs", "indicators/...", "ingest/..."},
	},
	{
		Says: "the oracle knows nothing of what it judges",
		From: []string{"simulators"},
		Never: append([]string{
			"ingest/...", "indicators/...", "alerts/...", "internal/broker", "internal/tariff", "internal/jobs", "internal/series",
		}, people...),
	},
	{
		Says: "fault trials know nothing of what they judge",
		From: []string{"deployments/chaos"},
		Never: append([]string{
			"ingest/...", "indicators/...", "alerts/...", "api/...", "internal/broker", "internal/tariff", "internal/jobs",
			"internal/series", "internal/app", "internal/config",
		}, people...),
	},
	{
		Says: "a store knows no caller",
		From: []string{"internal/series", "internal/records"},
		Never: []string{
			"ingest/...", "indicators/...", "alerts/...", "api/...", "internal/broker", "internal/jobs",
			"internal/registry", "internal/account", "internal/disclosure",
		},
	},
	{
		Says:  "a figure depends on no store and no way out",
		From:  []string{"internal/energy", "internal/household", "internal/tariff", "internal/consent", "indicators/...", "alerts"},
		Never: []string{"internal/series", "internal/records", "internal/jobs", "internal/disclosure", "internal/text", "ingest/..."},
	},
	{
		Says:  "the program contains no help for tests",
		From:  []string{"cmd/..."},
		Never: []string{"internal/testserver", "internal/arch", "alerts/channel/channeltest"},
	},
}

// people are the packages that know who lives where, or can look it up.
var people = []string{
	"internal/household", "internal/consent", "internal/registry", "internal/account", "internal/disclosure", "internal/records",
}

// Plain lists the packages that need the standard library and Foyer's own alone.
var Plain = []string{"internal/energy", "internal/household", "internal/consent", "internal/permission", "internal/registry", "internal/secret"}
