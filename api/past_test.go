package api

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/household"
)

func TestASummaryAsOfAPastInstant(t *testing.T) {
	v := newTown(t)
	// Another bill of the month before, an hour old; the one of figures is of now and holds now.
	today := energy.DayOf(v.now, v.zone)
	first := energy.Day{Year: today.Year, Month: today.Month, Date: 1}
	before := first.Add(-1)
	before.Date = 1
	v.exec(`DELETE FROM result WHERE family = ? AND indicator = 'cost_month' AND from_day = ?`, v.cold, before.String())
	v.result(v.cold, "cost_month", before, first, "41.10", "cost", 2, household.CostMonth{})
	v.exec(`UPDATE result SET computed_at = ? WHERE value = '41.10'`, v.now.Add(-time.Minute).UnixMilli())
	v.result(v.cold, "cost_month", before, first, "52.40", "cost", 2, household.CostMonth{})
	as := func(at time.Time) string { return "?as_of=" + url.QueryEscape(at.Format(time.RFC3339Nano)) }
	path := "/api/v1/families/" + string(v.cold)
	for at, want := range map[time.Time]string{
		v.now.Add(-time.Minute): "41.10",
		v.now.UTC():             "52.40",
		v.now:                   "52.40", // with the offset of Paris
	} {
		if energy.DayOf(at, v.zone).Month != today.Month {
			continue // a minute ago it was another month
		}
		one := decode[Family](t, v.api("GET", path+as(at), ""))
		if one.LastMonth == nil || *one.LastMonth.CostEur != want || one.LastReadingAt != nil || one.OpenAlerts != nil || one.LastMonth.EnergyKwh != nil {
			t.Errorf("as of %s it is %+v", at, one)
		}
	}
	list := decode[FamilyList](t, v.api("GET", "/api/v1/families"+as(v.now), ""))
	if len(list.Items) != 2 || *list.Items[1].LastMonth.CostEur != "52.40" {
		t.Errorf("families are %+v", list.Items)
	}
	for _, f := range []string{string(v.mute), "faaaaaaaaaaaaaaaa"} {
		if got := v.api("GET", "/api/v1/families/"+f+as(v.now), ""); got.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %s", f, got.Text)
		}
	}
	for _, bad := range []string{"?as_of=yesterday", "?as_of=", "?as_of=2026-11-25", "?as_of=2026-02-30T00:00:00Z", "?as_of=0001-01-01T00:00:00Z", "?as_of=2026-11-25T14:00:00+01:00", as(v.now.Add(time.Hour))} {
		for _, path := range []string{path, "/api/v1/families/" + string(v.mute), "/api/v1/families"} {
			got := v.api("GET", path+bad, "")
			p := decode[Problem](t, got)
			if got.StatusCode != http.StatusBadRequest || p.Errors == nil || (*p.Errors)[0].Pointer != "/query/as_of" || !strings.Contains((*p.Errors)[0].Detail, "send") {
				t.Errorf("%s%s: %d %s", path, bad, got.StatusCode, got.Text)
			}
		}
	}
}
