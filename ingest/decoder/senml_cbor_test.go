package decoder

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

// TestAPackSaysInCBORWhatItSaysInJSON by labels and by names, with lengths told
// before and not.
func TestAPackSaysInCBORWhatItSaysInJSON(t *testing.T) {
	for _, c := range samples(t) {
		var pack []map[string]any
		if !strings.HasPrefix(c.name, "senml/") || json.Unmarshal(c.message.Payload, &pack) != nil {
			continue
		}
		for _, how := range []struct {
			name    string
			labels  bool
			endless bool
		}{{"labels", true, false}, {"names", false, false}, {"a stream", true, true}} {
			t.Run(c.name+"/"+how.name, func(t *testing.T) {
				m := c.message
				m.Payload = packInCBOR(t, pack, how.labels, how.endless)
				r, explained, _ := Explain(m)
				if got := lines(r); !slices.Equal(got, c.want) || r.Dialect != "senml/cbor" {
					t.Errorf("%s says\n\t%s\nwant\n\t%s\n%s", r.Dialect, strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"), strings.Join(explained, "\n"))
				}
			})
		}
	}
}

// packInCBOR writes what a pack in JSON says.
func packInCBOR(t *testing.T, pack []map[string]any, labels, endless bool) []byte {
	t.Helper()
	begin, end := []byte{4<<5 | 25, byte(len(pack) >> 8), byte(len(pack))}, []byte(nil)
	if endless {
		begin, end = []byte{4<<5 | 31}, []byte{0xff}
	}
	for _, record := range pack {
		fields := map[any]any{}
		for name, v := range record {
			var key any = name
			if i := slices.Index(senmlLabels[:], senmlLabel(name)); labels && i >= 0 {
				key = i - 6
			}
			if f, is := v.(float64); is && f == float64(int64(f)) {
				v = int64(f)
			}
			fields[key] = v
		}
		b, err := cbor.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		begin = append(begin, b...)
	}
	return append(begin, end...)
}

func TestTheLabelsOfSenMLAreThoseOfTheStandard(t *testing.T) {
	for label, name := range map[int]senmlLabel{
		-1: "bver", -2: "bn", -3: "bt", -4: "bu", -5: "bv", -6: "bs",
		0: "n", 1: "u", 2: "v", 3: "vs", 4: "vb", 5: "s", 6: "t", 7: "ut", 8: "vd", 9: "9", -7: "-7",
	} {
		b, err := cbor.Marshal(label)
		if err != nil {
			t.Fatal(err)
		}
		var got senmlLabel
		if err := got.UnmarshalCBOR(b); err != nil || got != name {
			t.Errorf("label %s is %q, want %q: %v", strconv.Itoa(label), got, name, err)
		}
	}
}
