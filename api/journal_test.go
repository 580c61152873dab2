package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/household"
	"foyer/internal/journal"
	"foyer/internal/records"
	"foyer/internal/testserver"
)

// keeper returns what keeps the town's journal, and the public key that signs.
func (v *town) keeper() (*journal.Keeper, string) {
	v.t.Helper()
	store, folder := v.options.Writes.(*records.DB), v.t.TempDir()
	key, err := journal.OpenKey(v.t.Context(), store, filepath.Join(folder, "journal.key"), "foyer/ville")
	v.must(err)
	return journal.NewKeeper(store, key, filepath.Join(folder, "journal.checkpoint"), time.Now, v.options.Log, nil), key.Public()
}

// over has every minute of a read be over.
func (v *town) over() {
	v.t.Helper()
	v.exec(`UPDATE access SET at = at - 120000 WHERE entry IS NULL`)
}

func TestAFamilyProvesWhoReadItsData(t *testing.T) {
	for name, address := range map[string]func() string{
		"sqlite":   func() string { return "sqlite://" + filepath.Join(t.TempDir(), "records.db") },
		"postgres": func() string { return testserver.Postgres(t) },
	} {
		t.Run(name, func(t *testing.T) {
			v := newTownAt(t, address())
			keeper, key := v.keeper()
			for _, id := range []household.FamilyID{v.calm, v.cold, v.calm, v.cold} {
				v.api("GET", "/api/v1/families/"+string(id), "")
			}
			phone := v.phone(v.cold)
			list := decode[AccessList](t, phone.get("/api/v1/me/access"))
			if len(list.Items) != 2 || list.Items[0].By != "token" || list.Items[0].View != "summary" || list.Items[0].Entry != nil {
				t.Fatalf("%+v", list)
			}
			at := "/api/v1/me/access/" + list.Items[0].Id
			if got := decode[AccessProof](t, phone.get(at)); got.State != "waiting" || got.Key != nil || got.Row["view"] != "summary" {
				t.Errorf("%+v", got)
			}
			v.over()
			store := v.options.Writes.(*records.DB)
			for more := true; more; {
				var err error
				more, err = store.CoverAccess(t.Context())
				v.must(err)
			}
			if got := decode[AccessProof](t, phone.get(at)); got.State != "told" || got.Checkpoint != nil {
				t.Errorf("%+v", got)
			}
			v.must(keeper.Keep(t.Context()))
			var p journal.Proof
			v.must(json.Unmarshal([]byte(phone.get(at).Text), &p))
			e, err := p.Verify(key)
			if again := decode[AccessList](t, phone.get("/api/v1/me/access")); err != nil || e.Kind != journal.Access || again.Items[0].Entry == nil || *again.Items[0].Entry != e.Index {
				t.Errorf("%+v, %+v: %v", e, again.Items[0], err)
			}
			bad := p
			bad.Row = json.RawMessage(strings.Replace(string(p.Row), "summary", "usage_day", 1))
			var f *journal.Fault
			if _, err := bad.Verify(key); !errors.As(err, &f) || f.Index != e.Index {
				t.Error(err)
			}
			for _, other := range []string{"/api/v1/me/access/0", "/api/v1/me/access/nobody", "/api/v1/me/access/" + strconv.Itoa(v.last(v.calm))} {
				if got := phone.get(other); got.StatusCode != http.StatusNotFound {
					t.Errorf("%s: %s", other, got.Text)
				}
			}
		})
	}
}

// last returns the id of the last read of a family.
func (v *town) last(id household.FamilyID) (n int) {
	v.t.Helper()
	v.must(v.db.QueryRow(`SELECT MAX(id) FROM access WHERE family = '` + string(id) + `' AND audience <> 'family'`).Scan(&n))
	return n
}

func TestAnAuditorReadsTheJournal(t *testing.T) {
	v := newTown(t)
	if got := v.browser().get("/api/v1/journal/checkpoint"); got.StatusCode != http.StatusNotFound {
		t.Error(got.Status)
	}
	keeper, key := v.keeper()
	v.must(keeper.Keep(t.Context()))
	id, err := v.accounts.AddStaff(t.Context(), household.Staff{Pilot: "ville", Email: "audit@example.org", Name: "Aude", Role: "auditor"}, "comptes bien tenus")
	v.must(err)
	session, err := v.accounts.OpenStaff(t.Context(), id)
	v.must(err)
	auditor := v.browser().as("foyer-c", session)
	var tree journal.Tree
	for path := "/api/v1/journal?limit=7"; path != ""; {
		page := decode[JournalList](t, auditor.get(path))
		for _, e := range page.Items {
			entry, err := journal.ParseEntry([]byte(e.Leaf))
			if err != nil || entry.Index != tree.Size() || entry.Before != tree.Root() || e.Hash != journal.LeafHash([]byte(e.Leaf)) || string(entry.Kind) != e.Kind {
				t.Fatalf("%+v: %v", e, err)
			}
			tree.Add(tlog.RecordHash([]byte(e.Leaf)))
		}
		path = ""
		if next, err := page.NextCursor.Get(); err == nil {
			path = "/api/v1/journal?limit=7&cursor=" + next
		}
	}
	signed := decode[Checkpoint](t, v.browser().get("/api/v1/journal/checkpoint"))
	c, err := journal.OpenAlone(signed.Checkpoint, key)
	if err != nil || signed.Key != key || c.Size != tree.Size() || c.Root != tree.Root() || c.Size < 10 {
		t.Errorf("%+v of %d entries: %v", signed, tree.Size(), err)
	}
	if page := decode[JournalList](t, auditor.get("/api/v1/journal?from="+strconv.FormatInt(c.Size-1, 10))); len(page.Items) != 1 || !page.NextCursor.IsNull() {
		t.Errorf("%+v", page)
	}
	for path, at := range map[string]string{"?cursor=nobody": "/query/cursor", "?from=-1": "/query/from", "?limit=0": "/query/limit"} {
		if got := auditor.get("/api/v1/journal" + path); got.StatusCode != http.StatusBadRequest || !strings.Contains(got.Text, at) {
			t.Errorf("%s: %s", path, got.Text)
		}
	}
}

// The examples of the specification are what they say: they verify.
func TestTheExamplesOfTheJournalHold(t *testing.T) {
	spec, err := GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	media := func(path string) *openapi3.MediaType {
		return spec.Paths.Value(path).Get.Responses.Value("200").Value.Content.Get("application/json")
	}
	into := func(example, v any) {
		t.Helper()
		b, err := json.Marshal(example)
		if err == nil {
			err = json.Unmarshal(b, v)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var signed Checkpoint
	into(media("/api/v1/journal/checkpoint").Example, &signed)
	c, err := journal.OpenAlone(signed.Checkpoint, signed.Key)
	if err != nil || c.Size != 3 {
		t.Error(c, err)
	}
	var p journal.Proof
	into(media("/api/v1/me/access/{id}").Examples["signed"].Value.Value, &p)
	if _, err := p.Verify(signed.Key); err != nil {
		t.Error(err)
	}
	var page JournalList
	into(media("/api/v1/journal").Example, &page)
	if _, err := journal.ParseEntry([]byte(page.Items[0].Leaf)); err != nil || page.Items[0].Hash != journal.LeafHash([]byte(page.Items[0].Leaf)) {
		t.Errorf("%+v: %v", page, err)
	}
	for _, path := range []string{"/api/v1/journal", "/api/v1/journal/checkpoint", "/api/v1/me/access", "/api/v1/me/access/{id}"} {
		m := media(path)
		examples := []any{m.Example}
		for _, e := range m.Examples {
			examples = append(examples, e.Value.Value)
		}
		for _, e := range examples {
			if e != nil && m.Schema.Value.VisitJSON(e) != nil {
				t.Errorf("%s: %v", path, m.Schema.Value.VisitJSON(e))
			}
		}
	}
	if bytes.Contains(specText, []byte("EXAMPLE")) {
		t.Error("an example is missing")
	}
}
