package household

// The tables of an export: everything that is kept about one family, as it can be
// given to it. Their rows are cells in the order of the columns.

// A CellKind says what the cells of a column are, and how they are written.
type CellKind string

// The kinds of cells.
const (
	Word     CellKind = "text"
	Integer  CellKind = "integer"
	Exact    CellKind = "number"   // exact decimal, as text
	Thousand CellKind = "thousand" // integer thousandths, written as a decimal
	Euros    CellKind = "euros"    // integer cents, written as a decimal
	Seconds  CellKind = "seconds"  // integer milliseconds, written as a decimal
	Truth    CellKind = "truth"    // 0 or 1, written false or true
	Instant  CellKind = "instant"  // integer milliseconds since 1970, written as RFC 3339 in UTC; nothing for none
	Document CellKind = "json"     // JSON; text in a table of CSV
	Said     CellKind = "words"    // in the language of the family; made from the cell before it
)

// A Column is one column of a table.
type Column struct {
	Name  string
	Kind  CellKind
	About string
}

// A Table is one table of an export.
type Table struct {
	Name    string
	About   string
	Agreed  bool // holds only what the family agrees to see; else it always may
	Columns []Column
}

var (
	fromTo   = []Column{{"from", Instant, "first instant"}, {"to", Instant, "first instant after; none while it lasts"}}
	days     = []Column{{"from", Word, "first day"}, {"to", Word, "first day after; 9999-12-31 while it lasts"}}
	measured = []Column{
		{"start", Instant, "first instant"},
		{"register", Word, "what was counted"},
		{"value", Thousand, "in Wh, or the base unit of the register: 231400.000 is 231.4 kWh"},
		{"seen_s", Seconds, "of the period, what was measured"},
		{"of_s", Seconds, "length of the period"},
		{"estimated", Truth, "part of it was estimated"},
		{"provisional", Truth, "later readings may change it"},
	}
	scope = []Column{
		{"purpose", Word, "what for"},
		{"recipient", Word, "who may see it"},
		{"category", Word, "which data"},
		{"granularity", Integer, "finest: 1 annual, 2 monthly, 3 daily, 4 half-hourly"},
		{"data_from", Instant, "first instant of the data; none for all there is"},
		{"data_to", Instant, "first instant not agreed to; none without an end"},
	}
)

// columns joins runs of columns.
func columns(runs ...[]Column) (all []Column) {
	for _, r := range runs {
		all = append(all, r...)
	}
	return all
}

// Tables lists every table, in the order they are written.
var Tables = []Table{
	{"family", "The family as the pilot knows it.", false, []Column{
		{"id", Word, "opaque id"}, {"label", Word, "what caseworkers call it"}, {"language", Word, "of its page"}, {"since", Instant, "takes part since"},
	}},
	{"meters", "Which meters were the family's, and when: its occupancies.", false, columns([]Column{
		{"meter", Word, "opaque id"}, {"role", Word, "electricity, gas, indoor, …"},
	}, fromTo)},
	{"devices", "Names of the devices that are the family's now.", false, []Column{
		{"meter", Word, "opaque id"}, {"gateway", Word, "the box they speak through"}, {"scheme", Word, "kind of name"}, {"name", Word, "serial, address or name"},
	}},
	{"meter_changes", "What was said of its meters: replaced, taken, left, …", false, []Column{
		{"meter", Word, "opaque id"},
		{"kind", Word, "what changed"},
		{"at", Instant, "when"},
		{"register", Word, "of which register; all of them without"},
		{"why", Word, "as it was noted"},
		{"said_at", Instant, "when it was written down"},
	}},
	{"homes", "What the family said of its home.", false, columns(days, []Column{
		{"persons_14", Integer, "persons of 14 or more"},
		{"persons_under_14", Integer, "younger persons"},
		{"area_m2", Integer, "floor area, 0 when unknown"},
		{"heating", Word, "how it is heated"},
		{"heated_in_rent", Truth, "heating is paid in the rent"},
		{"fragile", Truth, "someone is over 65, under 5 or ill"},
	})},
	{"contracts", "Energy contracts.", false, columns(days, []Column{
		{"fuel", Word, "of which fuel"},
		{"meter", Word, "of which meter; all of the fuel without"},
		{"tariff", Word, "id of the tariff"},
		{"power_kva", Integer, "subscribed power"},
		{"off_peak", Word, "off-peak hours"},
		{"instalment_eur", Euros, "a month"},
		{"settles", Word, "last day of a year of bills"},
	})},
	{"incomes", "Income, as the family said it.", false, []Column{
		{"from", Word, "first day"}, {"disposable_eur", Euros, "of twelve months"}, {"aid_eur", Euros, "energy aid of twelve months"},
	}},
	{"answers", "Answers to questions.", false, []Column{
		{"day", Word, "answered on"}, {"question", Word, "which one"}, {"answer", Word, "what was answered"}, {"said_at", Instant, "written down at"},
	}},
	{"works", "What was done to its home to save energy. Of one kind and first day what was said last holds.", false, []Column{
		{"kind", Word, "what was done"},
		{"from", Word, "first day"},
		{"to", Word, "first day after"},
		{"cost_eur", Euros, "what it cost"},
		{"undone", Truth, "it was not done after all"},
		{"why", Word, "as it was noted"},
		{"said_at", Instant, "written down at"},
	}},
	{"aid", "What was paid, and what helped.", true, []Column{
		{"id", Word, "of the entry"},
		{"day", Word, "when"},
		{"fuel", Word, "of which fuel; all of them without"},
		{"kind", Word, "voucher, discount, grant, instalment, …"},
		{"amount_eur", Euros, "how much"},
		{"quantity", Thousand, "of a delivery"},
		{"unit", Word, "of the quantity"},
		{"source", Word, "where it comes from"},
		{"said_at", Instant, "written down at"},
		{"taken_back", Instant, "when it was taken back"},
	}},
	{"usage_month", "Energy by month.", true, columns([]Column{{"month", Word, "2026-11"}}, measured)},
	{"usage_day", "Energy by day.", true, columns([]Column{{"day", Word, "2026-11-25"}}, measured)},
	{"usage_half_hour", "Energy by half-hour.", true, measured},
	{"closed_days", "Days of which half-hours or readings are kept no longer, with what these said of the tariff.", true, []Column{
		{"day", Word, "2026-08-25"}, {"kept", Document, "how its energy divides over periods of the tariff, what numbered registers mean"},
	}},
	{"retention", "From when on things are kept, as the charter promises; what is older was removed.", false, []Column{
		{"half_hours_from", Word, "first day of half-hours and readings"},
		{"days_from", Word, "first day of days, months, bills and figures"},
		{"alerts_from", Word, "first day of alerts that were resolved; none before any were removed"},
		{"proofs_from", Word, "first day of agreements that ended, and of reads"},
		{"removed_at", Instant, "when that was done last; none before the first time"},
	}},
	{"bills", "What energy cost, line by line.", true, []Column{
		{"month", Word, "2026-11"},
		{"fuel", Word, "of which fuel"},
		{"line", Integer, "number of the line"},
		{"label", Word, "what it is for"},
		{"words", Said, "the same in words"},
		{"quantity", Exact, "how much"},
		{"unit", Word, "kWh, day"},
		{"price", Exact, "EUR for each unit"},
		{"amount_eur", Euros, "what the line adds"},
		{"estimated", Truth, "of estimated energy"},
	}},
	{"indicators", "Figures that were computed, with everything they were computed from.", true, []Column{
		{"indicator", Word, "its id"},
		{"question", Said, "what it answers"},
		{"from", Word, "first day read"},
		{"to", Word, "first day not read"},
		{"status", Word, "what it is worth"},
		{"value", Exact, "in the unit"},
		{"unit", Word, "EUR, ratio, h"},
		{"version", Word, "of the method"},
		{"computed_at", Instant, "when"},
		{"detail", Document, "inputs, coverage, reference tables, further figures"},
	}},
	{"alerts", "Reasons to call the family.", true, []Column{
		{"id", Word, "of the alert"},
		{"rule", Word, "which rule"},
		{"severity", Word, "how urgent"},
		{"state", Word, "where it stands"},
		{"reason", Document, "as it was known"},
		{"words", Said, "the same in words"},
		{"since", Instant, "first seen"},
		{"opened_at", Instant, "shown since"},
		{"changed_at", Instant, "last step"},
	}},
	{"alert_steps", "What was done about them, and noted.", true, []Column{
		{"alert", Word, "id"}, {"at", Instant, "when"}, {"step", Word, "what was done"}, {"state", Word, "state after it"}, {"outcome", Word, "how it ended"}, {"note", Word, "what a caseworker wrote"},
	}},
	{"messages", "Messages about them that were sent, or held back.", false, []Column{
		{"alert", Word, "id"}, {"recipient", Word, "to whom"}, {"at", Instant, "when"}, {"outcome", Word, "sent, withheld, given_up"},
	}},
	{"help", "When somebody of the cooperative was there for the family.", false, fromTo},
	{"agreements", "What the family agrees to now.", false, columns(scope, []Column{{"since", Instant, "in force since"}, {"until", Instant, "ends by itself at"}})},
	{"consents", "Everything the family said, oldest first; each act has a receipt.", false, columns([]Column{
		{"act", Word, "id of the act, and of its receipt"}, {"verb", Word, "give, refuse, narrow, withdraw"}, {"at", Instant, "when"}, {"state", Word, "given, refused, withdrawn"},
	}, scope, []Column{
		{"until", Instant, "was to end by itself at"},
		{"notice", Word, "version of the text read"},
		{"sha256", Word, "of that text"},
		{"language", Word, "of that text"},
		{"medium", Word, "screen, paper"},
		{"paper", Word, "where the paper is"},
	})},
	{"receipts", "The receipts: ISO/IEC TS 27560, see receipt.schema.json.", false, []Column{
		{"act", Word, "id of the act"}, {"receipt", Document, "the receipt"},
	}},
	{"access", "Who read the family's data, and why; its own reads left out.", false, []Column{
		{"id", Integer, "of the read"},
		{"at", Instant, "when"},
		{"by", Word, "staff, token, channel"},
		{"purpose", Word, "what for"},
		{"view", Word, "what was read"},
		{"entry", Integer, "of the journal, which tells of it; none before there is one"},
	}},
}

// A Place is how far the reading of a table has come: before the rows of a key, but for
// the first few of them. The zero Place is its beginning.
type Place struct {
	Key  int64
	Skip int
}

// An Extract is a run of rows of a table.
type Extract struct {
	Family   FamilyID
	Language string
	Standing []int64 // ids of what the family agrees to see, now
	Rows     [][]any
	Places   []Place // where each row ends
	More     bool
}
