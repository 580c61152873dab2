package pages

import (
	"net/url"
	"slices"
	"testing"

	"foyer/internal/consent"
	"foyer/internal/disclosure"
)

// FuzzConsentForm reads whatever comes as the forms in which a family answers: nothing
// but a yes to the text that is shown gives a right, and no form leaves more than there
// is. What the server makes of them is in the tests of package api: with a server a
// million forms took the better part of an hour.
func FuzzConsentForm(f *testing.F) {
	const hash = "5f0c7a9f2f61"
	for _, body := range []string{
		"", "about=alert&answer=yes", "about=alert&answer=no", "about=alert&notice=" + hash + "&answer=yes", "about=hourly&notice=2020-01/000000000000&answer=yes",
		"about=alert&finest=month&drop=consumption&drop=cost&seen=1", "about=alert&finest=monthly&drop=cost", "about=alert&finest=century",
		"about=%00&answer=%ff", "answer=yes;about=alert", "%zz", "about=alert&about=research&answer=no&answer=yes&notice=" + hash,
	} {
		f.Add(body, false)
		f.Add(body, true)
	}
	a := disclosure.Agreements{}
	for i, p := range consent.Purposes {
		a.Offers = append(a.Offers, disclosure.Offer{Name: string(p), Purpose: p, Agreed: i%2 == 0, Partly: i%3 == 0})
	}
	a.Offers = append(a.Offers, disclosure.Offer{Name: "hourly", Purpose: consent.FamilyView})
	f.Fuzz(func(t *testing.T, body string, less bool) {
		form, err := url.ParseQuery(body) // as http.Request.ParseForm does
		if err != nil {
			return
		}
		if less {
			l, ok := readLess(form)
			if ok != (slices.Contains(consent.Purposes, l.Purpose) && l.Finest >= consent.Annual && l.Finest <= consent.HalfHourly) {
				t.Fatalf("%q leaves %+v, %t", body, l, ok)
			}
			if ok && l.Categories == nil {
				t.Fatalf("%q leaves every kind", body) // nil bounds none
			}
			for _, c := range l.Categories {
				if !slices.Contains(consent.Categories, c) || slices.Contains(form["drop"], string(c)) {
					t.Fatalf("%q leaves %q", body, c)
				}
			}
			return
		}
		o, said, ok := readAnswer(form, a)
		if !ok {
			return
		}
		act := said.act(o, hash)
		if o.Name != form.Get("about") || o.Purpose == "" {
			t.Fatalf("%q answers %q", body, o.Name)
		}
		if read := form.Get("notice") == hash; act == give && (!said.yes || !read || form.Get("answer") != "yes") {
			t.Fatalf("%q gives", body)
		}
		if act == withdraw && !o.Agreed && !o.Partly || act == refuse && (o.Agreed || o.Partly) || (act == withdraw || act == refuse) == said.yes {
			t.Fatalf("%q: act %d on %+v", body, act, o)
		}
	})
}
