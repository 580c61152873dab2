package consent

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

var town = Controller{
	ID: "ville", Name: "La Ville", Address: "12 rue du Port", Contact: "05 55 00 00 00", Jurisdiction: "FR",
	Storage: "UE", Retention: "3 ans", Withdrawal: "ici",
}

// The receipt of whatever a family says is what its schema says, the same each time,
// and has an entry for each scope and the recipients of what is given.
func TestEveryReceiptIsThatOfItsSchema(t *testing.T) {
	schema, err := jsonschema.NewCompiler().Compile("../../docs/reference/receipt.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[Verb]int{}
	for seed := range uint64(300) {
		h := &history{r: rand.New(rand.NewPCG(7, seed)), now: noon, oracle: oracle{}}
		for n := range 6 {
			h.step(n)
		}
		for _, act := range Acts(h.events) {
			seen[act[0].Verb]++
			for i := range act {
				act[i].Medium, act[i].Language, act[i].Notice = "paper", "fr", "2026-11-26"
				act[i].By, act[i].Witness, act[i].Paper = "s1", "s2", "classeur 3"
			}
			text, err := json.Marshal(NewReceipt(town, "f1", act))
			if err != nil {
				t.Fatal(err)
			}
			again, err := json.Marshal(NewReceipt(town, "f1", act))
			if err != nil || !bytes.Equal(text, again) {
				t.Fatalf("two receipts of one act: %s %s %v", text, again, err)
			}
			value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
			if err != nil {
				t.Fatal(err)
			}
			if err := schema.Validate(value); err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			scopes := 0
			for _, p := range NewReceipt(town, "f1", act).Processing {
				scopes += len(p.Information)
			}
			if scopes != len(act) {
				t.Fatalf("%d of %d events are on the receipt: %s", scopes, len(act), text)
			}
		}
	}
	for _, v := range Verbs {
		if seen[v] == 0 {
			t.Errorf("no receipt of %s", v)
		}
	}
}

func TestAReceiptSaysWhatWasSaid(t *testing.T) {
	e := Event{
		Act: "c1", Verb: Give, At: noon, State: Given, Scope: Scope{Alert, ToCooperative, Cost, Daily},
		DataFrom: noon.AddDate(0, -1, 0), DataTo: Always, Expires: noon.Add(24 * time.Hour),
		Notice: "2026-11-26", Hash: "ab", Language: "fr", Medium: "paper", By: "s1", Witness: "s2", Paper: "classeur 3",
	}
	own := e
	own.Scope.Recipient = ToFamily
	r := NewReceipt(town, "f1", []Event{own, e})
	p, i, h := r.Processing[0], r.Processing[0].Information[1], r.Events[0]
	if r.RecordID != "c1" || r.Principal != "f1" || p.Notice != (NoticeShown{"2026-11-26", "ab"}) || len(p.Recipients) != 1 || p.Recipients[0] != ToCooperative {
		t.Errorf("%+v", r)
	}
	if i.Granularity != "daily" || i.DataFrom != "2026-10-25T12:00:00.000Z" || i.DataTo != "" || i.ValidUntil != "2026-11-26T12:00:00.000Z" {
		t.Errorf("%+v", i)
	}
	if h.Validity != "PT86400S" || h.Witness != "s2" || h.Assisted != "s1" || h.Paper != "classeur 3" || h.Time != "2026-11-25T12:00:00.000Z" {
		t.Errorf("%+v", h)
	}
}
