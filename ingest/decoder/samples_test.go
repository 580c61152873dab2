package decoder

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"
)

// A sampleCase is a message and what must come of it, from a template or a file.
type sampleCase struct {
	name    string
	dialect string // that must read it; "" any
	message Message
	want    []string // one line an observation, or "outcome: reason"
}

// samples returns the samples of all templates and of testdata.
func samples(t testing.TB) []sampleCase {
	t.Helper()
	var all []sampleCase
	for _, tpl := range Builtin().templates {
		for i, s := range tpl.Samples {
			m, err := s.message()
			if err != nil {
				t.Fatalf("%s: sample %d: %v", tpl.name, i+1, err)
			}
			c := sampleCase{name: fmt.Sprintf("%s/%d", tpl.name, i+1), dialect: tpl.name, message: m, want: s.expected()}
			all = append(all, c)
		}
	}
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		all = append(all, readSample(t, f))
	}
	return all
}

func readSample(t testing.TB, file string) sampleCase {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	memory := Memory{}
	c := sampleCase{name: strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(file), "testdata/"), ".txtar")}
	c.message.Context = memory
	for _, s := range a.Files {
		text := strings.TrimSuffix(string(s.Data), "\n")
		switch s.Name {
		case "topic":
			c.message.Topic = text
		case "payload":
			c.message.Payload = []byte(text)
		case "payload_b64":
			c.message.Payload = decode64(t, text)
		case "assume":
			if err := json.Unmarshal(s.Data, &c.message.Assume); err != nil {
				t.Fatalf("%s: assume: %v", file, err)
			}
		case "given":
			for line := range strings.Lines(text) {
				k, v, _ := strings.Cut(strings.TrimSpace(line), ": ")
				switch k {
				case "zone":
					c.message.Zone = zone(t, v)
				case "received_at":
					c.message.ReceivedAt = instantOf(t, v)
				case "assume":
					if err := json.Unmarshal([]byte(v), &c.message.Assume); err != nil {
						t.Fatalf("%s: assume: %v", file, err)
					}
				case "redelivered":
					c.message.Redelivered = v == "true"
				default:
					t.Fatalf("%s: given %q", file, k)
				}
			}
		case "context":
			for line := range strings.Lines(text) {
				var m struct {
					Topic, Payload string
					PayloadB64     string `json:"payload_b64"`
				}
				if err := json.Unmarshal([]byte(line), &m); err != nil {
					t.Fatalf("%s: context: %v", file, err)
				}
				payload := append([]byte(m.Payload), decode64(t, m.PayloadB64)...)
				r, err := Decode(Message{Topic: m.Topic, Payload: payload, Context: memory, Assume: c.message.Assume})
				if err != nil {
					t.Fatalf("%s: context: %v", file, err)
				}
				memory.Keep(r.Remember)
			}
		case "want":
			c.want = strings.Split(text, "\n")
		default:
			t.Fatalf("%s: section %q", file, s.Name)
		}
	}
	return c
}

func instantOf(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func decode64(t testing.TB, text string) []byte {
	t.Helper()
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestSamplesSayWhatTheyMean(t *testing.T) {
	for _, c := range samples(t) {
		t.Run(c.name, func(t *testing.T) {
			r, explained, err := Explain(c.message)
			if (err != nil) != (r.Outcome == Refused) {
				t.Errorf("outcome %s with error %v", r.Outcome, err)
			}
			if got := lines(r); !slices.Equal(got, c.want) {
				t.Errorf("got\n\t%s\nwant\n\t%s\n%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"), strings.Join(explained, "\n"))
			}
			if c.dialect != "" && r.Dialect != c.dialect {
				t.Errorf("read by %s, want %s", r.Dialect, c.dialect)
			}
		})
	}
}

func TestGoDialectsHaveSamples(t *testing.T) {
	read := map[string]bool{}
	for _, c := range samples(t) {
		r, _ := Decode(c.message)
		read[r.Dialect] = true
	}
	for _, name := range Builtin().Dialects() {
		if !read[name] {
			t.Errorf("no sample is read by %s", name)
		}
	}
}
