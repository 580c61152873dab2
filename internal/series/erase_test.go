package series

import (
	"fmt"
	"testing"
	"time"

	"foyer/internal/energy"
)

func erased(t *testing.T, open func() store) {
	s := open()
	other := r(hp, 0, 9)
	other.Meter = "m-2"
	rs := []energy.Reading{r(hp, 0, 1), r(hp, 60*24*30, 2), other}
	write(t, s, rs...)
	for range 2 { // a second time there is nothing to erase
		if err := s.Erase(t.Context(), "m-1"); err != nil {
			t.Fatal(err)
		}
		want(t, all(t, s, "m-1"))
		want(t, all(t, s, "m-2"), other)
	}
	write(t, s, r(hp, 5, 3))
	want(t, all(t, s, "m-1"), r(hp, 5, 3))
	for _, id := range []energy.MeterID{"", "m' OR '1'='1", "never"} {
		if err := s.Erase(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	want(t, all(t, s, "m-2"), other)

	// What was a meter's in a time, to the millisecond; what it showed around it stays.
	kept := []energy.Reading{r(hp, 5, 3), r(temp, 60*24*2, 8)}
	write(t, s, kept[1], r(hp, 60*24, 4), r(temp, 60*24, 5), r(hp, 60*24*2-1, 6))
	first, end := r(hp, 60*24, 0).At, kept[1].At
	for range 2 {
		if err := s.EraseSpans(t.Context(), []energy.Span{{Meter: "m-1", From: first, To: end}}); err != nil {
			t.Fatal(err)
		}
		want(t, all(t, s, "m-1"), kept...)
	}
	for _, spans := range [][]energy.Span{nil, {{Meter: "m-1", From: end, To: first}}} { // a time that ends before it begins
		if err := s.EraseSpans(t.Context(), spans); err != nil {
			t.Fatal(err)
		}
	}
	want(t, all(t, s, "m-1"), kept...)
	want(t, all(t, s, "m-2"), other)

	// More meters than go into one statement, of two of which more is erased.
	var spans []energy.Span
	var stay []energy.Reading
	for i := range 70 {
		id := energy.MeterID(fmt.Sprintf("many-%d", i))
		old, young := r(hp, 0, int64(i)), r(hp, 60*24, int64(i))
		old.Meter, young.Meter = id, id
		write(t, s, old, young)
		span := energy.Span{Meter: id, To: young.At}
		if i%35 == 0 {
			span.To = young.At.Add(time.Millisecond)
		} else {
			stay = append(stay, young)
		}
		spans = append(spans, span)
	}
	if err := s.EraseSpans(t.Context(), append(spans, energy.Span{Meter: "never", To: end}, energy.Span{Meter: "m' OR '1'='1", To: end})); err != nil {
		t.Fatal(err)
	}
	var left []energy.Reading
	for _, x := range spans {
		left = append(left, all(t, s, x.Meter)...)
	}
	want(t, left, stay...)
	want(t, all(t, s, "m-2"), other)
}
