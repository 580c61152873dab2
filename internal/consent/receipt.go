package consent

import (
	"slices"
	"strconv"
	"time"
)

// ReceiptVersion is the schema that receipts follow.
const ReceiptVersion = "ISO/IEC TS 27560:2023"

// A Controller is who answers for the data, in the words of the receipt's language.
type Controller struct {
	ID           string // of the pilot
	Name         string
	Address      string
	Contact      string
	Jurisdiction string // ISO 3166-1
	Storage      string // where the data is kept
	Retention    string // for how long
	Withdrawal   string // how to take it back
}

// A Receipt is what a family keeps of one act: the record of consent of ISO/IEC TS
// 27560:2023, which is the receipt too. The same act gives the same bytes, whenever
// it is asked for. docs/reference/receipt.schema.json describes it.
type Receipt struct {
	SchemaVersion string       `json:"schema_version"`
	RecordID      string       `json:"record_id"`
	ReceiptID     string       `json:"receipt_id"`
	Principal     string       `json:"pii_principal_id"`
	Processing    []Processing `json:"pii_processing"`
	Parties       []Party      `json:"party_identification"`
	Events        []Happening  `json:"event"`
}

// A Processing is what an act says of one purpose.
type Processing struct {
	Notice       NoticeShown   `json:"privacy_notice"`
	Language     string        `json:"language"`
	Purpose      Purpose       `json:"purpose"`
	LawfulBasis  string        `json:"lawful_basis"`
	Information  []Information `json:"pii_information"`
	Controllers  []string      `json:"pii_controllers"`
	Collection   string        `json:"collection_method"`
	Storage      string        `json:"storage_locations"`
	Retention    string        `json:"retention_period"`
	Jurisdiction string        `json:"jurisdiction"`
	Recipients   []Recipient   `json:"recipient_third_parties"`
	Withdrawal   string        `json:"withdrawal_method"`
	Rights       []string      `json:"privacy_rights"`
}

// A NoticeShown says which text was read.
type NoticeShown struct {
	Version string `json:"version"`
	SHA256  string `json:"sha256,omitempty"`
}

// An Information is one scope of an act.
type Information struct {
	Type        Category  `json:"pii_type"`
	Optional    bool      `json:"pii_optional"`
	Recipient   Recipient `json:"recipient"`
	Granularity string    `json:"max_granularity"`
	State       State     `json:"state"`
	DataFrom    string    `json:"data_from,omitempty"`
	DataTo      string    `json:"data_to,omitempty"`
	ValidUntil  string    `json:"valid_until,omitempty"`
}

// A Party is somebody a receipt names.
type Party struct {
	ID      string `json:"party_id"`
	Name    string `json:"party_name"`
	Address string `json:"party_address"`
	Contact string `json:"party_contact"`
	Type    string `json:"party_type"`
}

// A Happening is the event of an act.
type Happening struct {
	Time     string `json:"event_time"`
	Validity string `json:"validity_duration"`
	Entity   string `json:"entity_id"`
	Type     string `json:"event_type"`
	State    State  `json:"event_state"`
	Action   Verb   `json:"action,omitempty"`
	Medium   string `json:"medium"`
	Assisted string `json:"assisted_by,omitempty"`
	Witness  string `json:"witness,omitempty"`
	Paper    string `json:"proof_location,omitempty"`
}

// rights are the articles of the GDPR that a family can call upon.
var rights = []string{"access (15)", "rectification (16)", "erasure (17)", "restriction (18)", "portability (20)", "withdrawal of consent (7)"}

// NewReceipt returns the receipt of one act, from its events, for a family known by
// an opaque id. There must be an event.
func NewReceipt(c Controller, family string, act []Event) Receipt {
	first := act[0]
	r := Receipt{
		SchemaVersion: ReceiptVersion, RecordID: first.Act, ReceiptID: first.Act, Principal: family,
		Parties: []Party{{ID: c.ID, Name: c.Name, Address: c.Address, Contact: c.Contact, Type: "pii_controller"}},
	}
	for _, p := range Purposes {
		if x, ok := processing(c, p, act); ok {
			r.Processing = append(r.Processing, x)
		}
	}
	for _, s := range []State{Given, Refused, Withdrawn} {
		for _, e := range act {
			if e.State == s {
				r.Events = append(r.Events, happening(family, e))
				break
			}
		}
	}
	return r
}

func processing(c Controller, p Purpose, act []Event) (Processing, bool) {
	x := Processing{
		Purpose: p, LawfulBasis: "consent, GDPR article 6(1)(a)", Controllers: []string{c.ID}, Collection: "meters and sensors of the home, and what the family says",
		Storage: c.Storage, Retention: c.Retention, Jurisdiction: c.Jurisdiction, Recipients: []Recipient{}, Withdrawal: c.Withdrawal, Rights: rights,
	}
	of := slices.DeleteFunc(slices.Clone(act), func(e Event) bool { return e.Scope.Purpose != p })
	slices.SortStableFunc(of, func(a, b Event) int { return a.Scope.compare(b.Scope) })
	for _, e := range of {
		x.Notice, x.Language = NoticeShown{e.Notice, e.Hash}, e.Language
		i := Information{Type: e.Scope.Category, Optional: true, Recipient: e.Scope.Recipient, Granularity: e.Scope.Granularity.String(), State: e.State}
		if e.State == Given {
			i.DataFrom, i.DataTo, i.ValidUntil = since(e.DataFrom), until(e.DataTo), until(e.Expires)
			if e.Scope.Recipient != ToFamily && !slices.Contains(x.Recipients, e.Scope.Recipient) {
				x.Recipients = append(x.Recipients, e.Scope.Recipient)
			}
		}
		x.Information = append(x.Information, i)
	}
	return x, len(of) > 0
}

func happening(family string, e Event) Happening {
	h := Happening{
		Time: written(e.At), Validity: "P0D", Entity: family, Type: "explicit", State: e.State, Action: e.Verb,
		Medium: e.Medium, Assisted: e.By, Witness: e.Witness, Paper: e.Paper,
	}
	if e.State == Given {
		h.Validity = duration(e.Expires.Sub(e.At))
	}
	return h
}

// duration writes whole seconds as ISO 8601 does: "PT31536000S".
func duration(d time.Duration) string {
	return "PT" + strconv.FormatInt(int64(max(d, 0)/time.Second), 10) + "S"
}

func written(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z07:00") }

// since writes the first instant of data; nothing for all there is.
func since(t time.Time) string {
	if t.Unix() <= 0 {
		return ""
	}
	return written(t)
}

// until writes an end; nothing for none.
func until(t time.Time) string {
	if !t.Before(Always) {
		return ""
	}
	return written(t)
}
