package decoder

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the reference page")

func TestTheReferencePageIsThatOfTheDialects(t *testing.T) {
	path := filepath.Join("..", "..", "docs", "reference", "meters.md")
	if *update {
		if err := os.WriteFile(path, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil || string(have) != Page() {
		t.Errorf("%s differs from the dialects (%v): run go generate ./ingest/decoder", path, err)
	}
}

func TestEveryDialectIsOfAFamilyWithWords(t *testing.T) {
	known := map[string]bool{}
	for _, f := range Builtin().families {
		if known[f.Name] || f.Title == "" || strings.TrimSpace(f.About) == "" || len(f.Source) == 0 {
			t.Errorf("family %q: twice, or without title, words or source", f.Name)
		}
		known[f.Name] = true
	}
	for _, d := range Builtin().decoders {
		if !known[familyOf(d.Name)] {
			t.Errorf("%s: nothing describes its family", d.Name)
		}
		if (len(d.Doc.Reads) > 0) == (d.Doc.Apart != "") {
			t.Errorf("%s: either what it reads or what it is", d.Name)
		}
	}
}

// TestThePageSaysWhatIsRead holds the rows to what the samples come to: neither
// a register nor a quantity nor an outcome that the page does not announce.
func TestThePageSaysWhatIsRead(t *testing.T) {
	docs, shown := map[string]Doc{}, map[string]bool{}
	for _, d := range Builtin().decoders {
		docs[d.Name] = d.Doc
	}
	for _, c := range samples(t) {
		r, _ := Decode(c.message)
		doc := docs[r.Dialect]
		if doc.Apart != "" && string(r.Outcome)+": "+r.Reason != doc.Apart {
			t.Errorf("%s: %s: %s, the page says %s", c.name, r.Outcome, r.Reason, doc.Apart)
		}
		for _, o := range r.Observations {
			row := slices.IndexFunc(doc.Reads, func(line string) bool { return announces(line, string(o.Register.Quantity()), o.Register.Name()) })
			known := slices.Contains(doc.Reads, mapped) && c.message.Assume["metric_map"] != nil ||
				slices.Contains(doc.Reads, assumed) && c.message.Assume["quantity"] != nil
			if row < 0 && !known {
				t.Errorf("%s: %s is not in %q of %s", c.name, o.Register, doc.Reads, r.Dialect)
				continue
			}
			if row >= 0 {
				quantity, _, _ := strings.Cut(doc.Reads[row], ": ")
				shown[familyOf(r.Dialect)+" "+quantity] = true
			}
		}
	}
	for name, doc := range docs {
		for _, line := range doc.Reads {
			if quantity, _, _ := strings.Cut(line, ": "); line != mapped && line != assumed && !shown[familyOf(name)+" "+quantity] {
				t.Errorf("%s: no sample of its family gives %s", name, quantity)
			}
		}
	}
}

func familyOf(dialect string) string {
	family, _, _ := strings.Cut(dialect, "/")
	return family
}

// announces reports whether a line of a [Doc] has the register; a name with
// capital letters stands for any.
func announces(line, quantity, register string) bool {
	q, names, _ := strings.Cut(line, ": ")
	if q != quantity {
		return false
	}
	for n := range strings.SplitSeq(names, ", ") {
		fixed := strings.TrimRight(n, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")
		if n == register || fixed != n && strings.HasPrefix(register, fixed) {
			return true
		}
	}
	return register == ""
}

func TestTheExampleOfThePageIsATemplate(t *testing.T) {
	all, err := parseTemplates(map[string][]byte{"acme_c2": []byte(example)}, nil)
	if err != nil || len(all) != 1 {
		t.Fatalf("%d, %v", len(all), err)
	}
	set, err := newSet(nil, nil, all)
	if err != nil {
		t.Fatal(err)
	}
	s := all[0].Samples[0]
	r, err := set.Decode(Message{Topic: s.Topic, Payload: []byte(s.Payload)})
	if got := lines(r); err != nil || !slices.Equal(got, s.Want) {
		t.Errorf("got %q, %v", got, err)
	}
}
