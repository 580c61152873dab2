package series

import (
	"bytes"
	"math"
	"testing"
)

func TestUnionKeepsTheFirstOfEachRegister(t *testing.T) {
	pack := func(es ...entry) (p packed) {
		for _, e := range es {
			p = p.with(e)
		}
		return p
	}
	a := pack(entry{1, false, 10}, entry{3, true, math.MinInt64}, entry{900, false, 5})
	b := pack(entry{2, true, -7}, entry{3, false, 4}, entry{1000, true, math.MaxInt64})
	both, err := a.union(b)
	if err != nil {
		t.Fatal(err)
	}
	if want := pack(entry{1, false, 10}, entry{2, true, -7}, entry{3, true, math.MinInt64}, entry{900, false, 5}, entry{1000, true, math.MaxInt64}); !bytes.Equal(both, want) {
		t.Fatalf("%v, want %v", both, want)
	}
	for _, same := range []packed{a, nil} {
		if got, err := a.union(same); err != nil || !bytes.Equal(got, a) {
			t.Fatal(got, err)
		}
	}
	if got, err := packed(nil).union(a); err != nil || !bytes.Equal(got, a) {
		t.Fatal(got, err)
	}
}

func FuzzPackedPoint(f *testing.F) {
	f.Add([]byte{2, 4, 7, 9}, []byte{2, 6})
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}, []byte{})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		both, err := packed(a).union(packed(b))
		if err != nil {
			return
		}
		for p := both; len(p) > 0; {
			if _, p, err = p.next(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
