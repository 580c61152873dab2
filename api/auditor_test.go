package api

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"foyer/internal/charter"
	"foyer/internal/journal"
)

// An auditor is led to the journal, reads every kind of entry in words, and learns of nobody.
func TestAnAuditorReadsTheJournalInTheConsole(t *testing.T) {
	v := newTown(t)
	v.amend(charter.Homes, "20", time.Time{})
	nadia := v.caseworker()
	taken := nadia.post("/console/alerts/"+v.coldID+"/take", url.Values{"version": hidden(nadia.get("/console/alerts/"+v.coldID).Text, "version")})
	if taken.StatusCode != http.StatusOK {
		t.Fatal(taken.Status)
	}
	keeper, key := v.keeper()
	v.must(keeper.Keep(t.Context()))
	b := v.office("auditor", "ville")
	page := b.get("/console")
	text := plainText(page.Text)
	if page.Request.URL.Path != "/console/journal" || !strings.Contains(page.Text, `href="/console/journal" aria-current="page"`) {
		t.Fatalf("led to %s: %s", page.Request.URL, text)
	}
	for _, want := range []string{"décision sur une alerte", "accord", "charte", "clé de signature", strings.ReplaceAll(key, "+", "&#43;"), "foyer/ville<br>"} {
		if !strings.Contains(page.Text, want) {
			t.Errorf("no %q in: %s", want, text)
		}
	}
	decisions := b.get("/console/journal?kind=decision")
	if text := plainText(decisions.Text); !strings.Contains(text, "Logement froid") || !strings.Contains(text, "prise en charge") || !strings.Contains(text, "Empreinte des lignes") || strings.Contains(text, ": accord") {
		t.Errorf("decisions: %s", text)
	}
	all := []string{page.Text, decisions.Text}
	for _, link := range regexp.MustCompile(`/console/journal/entry\?n=\d+`).FindAllString(page.Text, -1) {
		all = append(all, b.get(link).Text)
	}
	for _, mark := range []string{"Foyer 07", "Foyer 01", string(v.cold), string(v.calm), v.coldID, v.staff, "Nadia"} {
		if strings.Contains(strings.Join(all, ""), mark) {
			t.Errorf("the journal tells of %q", mark)
		}
	}
}

// What the page of an entry shows is enough to verify it elsewhere.
func TestTheProofOfAnEntryHolds(t *testing.T) {
	v := newTown(t)
	b := v.office("auditor", "ville")
	if got := b.get("/console/journal/entry?n=0"); !strings.Contains(plainText(got.Text), "Aucun point de contrôle ne couvre encore cette entrée.") {
		t.Errorf("before a checkpoint: %s", plainText(got.Text))
	}
	keeper, key := v.keeper()
	v.must(keeper.Keep(t.Context()))
	codes := func(page string) (all []string) {
		for _, m := range regexp.MustCompile(`<code>([^<]*(?:<br>[^<]*)*)</code>`).FindAllStringSubmatch(page, -1) {
			all = append(all, strings.NewReplacer("<br>", "\n", "&#43;", "+", "&#34;", `"`).Replace(m[1]))
		}
		return all
	}
	got := codes(b.get("/console/journal/entry?n=1").Text)
	leaf := slices.IndexFunc(got, func(s string) bool { return strings.HasPrefix(s, `{"at":`) })
	signed := slices.IndexFunc(got, func(s string) bool { return strings.HasPrefix(s, "foyer/ville\n") })
	if leaf < 0 || signed < leaf {
		t.Fatalf("%q", got)
	}
	e, err := journal.ParseEntry([]byte(got[leaf]))
	v.must(err)
	c, err := journal.Open(got[signed]+"\n", key)
	v.must(err)
	path := hashesOf(t, got[leaf+1:signed])
	if e.Index != 1 || !holds(path, c, e.Index, got[leaf]) {
		t.Errorf("the path does not lead to the checkpoint: %q", got)
	}
	if holds(path, c, e.Index, strings.Replace(got[leaf], `"index":1`, `"index":2`, 1)) {
		t.Error("another entry holds too")
	}
	for query, want := range map[string]int{"n=99999": http.StatusNotFound, "n=-1": http.StatusNotFound, "n=x": http.StatusNotFound, "": http.StatusOK} {
		if got := b.get("/console/journal/entry?" + query); got.StatusCode != want {
			t.Errorf("%q: %s", query, got.Status)
		}
	}
}

func TestAnOldCheckpointIsHeldAgainstTheJournal(t *testing.T) {
	v := newTown(t)
	keeper, _ := v.keeper()
	v.must(keeper.Keep(t.Context()))
	kept, err := v.gate.Checkpoint(t.Context())
	v.must(err)
	v.amend(charter.Homes, "20", time.Time{})
	b := v.office("auditor", "ville")
	compare := func(text string) reply { return b.post("/console/journal", url.Values{"checkpoint": {text}}) }
	for name, text := range map[string]string{"as it is": kept.Signed, "as a form sends it": strings.ReplaceAll(kept.Signed, "\n", "\r\n") + "\r\n "} {
		if got := compare(text); got.StatusCode != http.StatusOK || !strings.Contains(plainText(got.Text), "Le journal tient") {
			t.Errorf("%s: %s %s", name, got.Status, plainText(got.Text))
		}
	}
	for name, text := range map[string]string{"another size": strings.Replace(kept.Signed, "\n", "\n1", 1), "nothing": "", "a signature of nobody": strings.Replace(kept.Signed, "— foyer/ville", "— foyer/autre", 1)} {
		if got := compare(text); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(plainText(got.Text), "pas un point de contrôle signé") {
			t.Errorf("%s: %s %s", name, got.Status, plainText(got.Text))
		}
	}
	v.exec(`UPDATE journal_hash SET hash = ?`, make([]byte, 32)) // somebody wrote the journal anew
	if got := compare(kept.Signed); got.StatusCode != http.StatusOK || !strings.Contains(plainText(got.Text), "Le journal ne tient pas") {
		t.Errorf("a journal that was written anew: %s %s", got.Status, plainText(got.Text))
	}
}

func TestTheHistoryOfTheCharterIsShownToStaff(t *testing.T) {
	v := newTown(t)
	v.amend(charter.Homes, "20", time.Time{})
	v.amend(charter.Homes, "25", v.now.AddDate(0, 1, 0))
	v.amend(charter.Homes, "15", time.Time{})
	for _, role := range []string{"auditor", "funder", "lead"} {
		b := v.office(role, "ville")
		got := b.get("/console/charter")
		text := plainText(got.Text)
		later, last, first := strings.Index(text, "au moins 25 logements"), strings.Index(text, "au moins 15 logements"), strings.Index(text, "au moins 20 logements")
		if last < 0 || later < last || first < later || !strings.Contains(text, "en vigueur") || !strings.Contains(text, "à venir") || !strings.Contains(text, "remplacé") || !strings.Contains(text, "conseil municipal") {
			t.Errorf("%s: %s", role, text)
		}
		if home := b.get("/console"); role == "funder" && home.Request.URL.Path != "/console/aggregates" {
			t.Errorf("a funder is led to %s", home.Request.URL)
		}
	}
	if got := v.caseworker().get("/console/journal"); got.StatusCode != http.StatusNotFound {
		t.Errorf("a caseworker reads the journal: %s", got.Status)
	}
}

func hashesOf(t *testing.T, all []string) (path tlog.RecordProof) {
	t.Helper()
	for _, one := range all {
		h, err := tlog.ParseHash(one)
		if err != nil {
			t.Fatalf("%q: %v", one, err)
		}
		path = append(path, h)
	}
	return path
}

// holds reports whether a path leads from an entry to what a checkpoint is signed over.
func holds(path tlog.RecordProof, c journal.Checkpoint, index int64, leaf string) bool {
	return tlog.CheckRecord(path, c.Size, c.Root, index, tlog.RecordHash([]byte(leaf))) == nil
}
