package decoder

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestJSONIsWhatTheStandardSays(t *testing.T) {
	for text, want := range map[string]bool{
		`{}`: true, ` [1, 2.5e-3 ,{"a":[]}] `: true, `"x\u00e9\n\ud83d\ude00"`: true, `-0`: true, `true`: true, `null`: true, `{"a":1,"a":2}`: true,
		``: false, `{`: false, `{"a"}`: false, `{"a":}`: false, `[1,]`: false, `{"a":1,}`: false, `01`: false, `1.`: false, `.5`: false, `+1`: false,
		`"`: false, `"\x"`: false, `"\u12"`: false, "\"\n\"": false, `{} {}`: false, `tru`: false, `{'a':1}`: false, `{"A":{"B" "C":0}}`: false, `-`: false,
		strings.Repeat("[", 40) + strings.Repeat("]", 40): false, // deeper than anything that measures
	} {
		if got := new(document).parse([]byte(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestBareNaNCountsAsNothing(t *testing.T) {
	var d document
	if !d.parse([]byte(`{"a":nan,"b":-inf,"c":NaN,"d":1}`)) {
		t.Fatal("refused")
	}
	for _, k := range []string{"a", "b", "c"} {
		if d.root().get(k).kind() != null {
			t.Errorf("%s is %d", k, d.root().get(k).kind())
		}
	}
}

func TestJSONKeepsDigitsAndOrder(t *testing.T) {
	var d document
	if !d.parse([]byte(`{"z":20481.9505,"a":[{"k":"\u0041\/"},7,[]],"z":1e3}`)) {
		t.Fatal("refused")
	}
	root := d.root()
	if got := root.get("z").text(); got != "1e3" {
		t.Errorf("of a repeated name %q", got)
	}
	if got := root.get("a").index(0).get("k").text(); got != "A/" {
		t.Errorf("escapes: %q", got)
	}
	if root.get("a").index(3).kind() != absent || root.get("nope").get("x").index(2).kind() != absent || (value{}).text() != "" {
		t.Error("something out of nothing")
	}
	var keys []string
	for _, c := range root.children {
		keys = append(keys, c.key())
	}
	if !slices.Equal(keys, []string{"z", "a", "z"}) {
		t.Errorf("keys %q", keys)
	}
}

// FuzzJSON compares with encoding/json: the same texts are accepted, but for bare
// NaN and depth, and strings come out the same.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5,"x\u00e9\n",{"b":null}]}`, `"\ud83d\ude00"`, `"\ud83d"`, `[true,false]`, `{"a":1,"a":2}`, "[\"\xff\"]", `1e5`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		var d document
		ok := d.parse(b)
		if valid := json.Valid(b); ok != valid {
			lower := strings.ToLower(string(b))
			if strings.Contains(lower, "nan") || strings.Contains(lower, "inf") || strings.Count(lower, "[")+strings.Count(lower, "{") > maxDepth {
				return
			}
			t.Fatalf("accepted %v, encoding/json %v: %q", ok, valid, b)
		}
		if !ok {
			return
		}
		var want any
		if err := json.Unmarshal(b, &want); err != nil {
			return // a number beyond float64
		}
		if s, is := want.(string); is && utf8.Valid(b) && d.root().text() != s {
			t.Errorf("%q, want %q", d.root().text(), s)
		}
		for i := range d.nodes {
			if n := d.nodes[i]; n.from > n.to || int(n.to) > len(b) || int(n.next) > len(d.nodes) {
				t.Fatalf("node %d: %+v", i, n)
			}
		}
	})
}
