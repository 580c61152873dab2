package pages

import (
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A violation is what axe found, and where.
type violation struct {
	ID    string `json:"id"`
	Help  string `json:"help"`
	Nodes []struct {
		HTML string `json:"html"`
		Why  string `json:"failureSummary"`
	} `json:"nodes"`
}

const runAxe = `axe.run(document, {resultTypes: ["violations"], selectors: false, runOnly: {type: "tag", values:
	["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}).then(r => r.violations)`

// smallTargets lists what is touched and is smaller than a fingertip, 44 px. A radio
// button counts with its label.
const smallTargets = `Array.from(document.querySelectorAll("a[href], button, summary, label, input:not([type=hidden]):not([type=radio]):not([type=checkbox]), textarea"))
	.filter(e => !e.matches(".skip") && (e.tagName !== "LABEL" || e.querySelector("input")) && e.checkVisibility({visibilityProperty: true}))
	.map(e => ({r: e.getBoundingClientRect(), h: e.outerHTML.slice(0, 120)}))
	.filter(x => x.r.height < 43.9 || x.r.width < 43.9)
	.map(x => Math.round(x.r.width) + "x" + Math.round(x.r.height) + " " + x.h)`

// clipped lists text that is cut off, out of the window, or written over other text
// of the same drawing.
const clipped = `(() => {
	const wide = document.documentElement.clientWidth, found = [];
	if (document.documentElement.scrollWidth > wide) { found.push("the page scrolls sideways by " + (document.documentElement.scrollWidth - wide) + " px"); }
	for (const e of document.querySelectorAll("body *")) {
		if (e.closest(".vh, .skip, svg, .who .soft") || !e.checkVisibility()) { continue; }
		const r = e.getBoundingClientRect(), hides = getComputedStyle(e).overflowX !== "visible";
		if (r.right > wide + 1 || r.left < -1 || hides && e.scrollWidth > e.clientWidth + 1) { found.push("cut off: " + e.outerHTML.slice(0, 120)); }
	}
	for (const cell of document.querySelectorAll("td + td, th + th, th + td")) {
		const range = document.createRange();
		const box = e => { range.selectNodeContents(e); return range.getBoundingClientRect(); };
		if (cell.checkVisibility() && cell.textContent.trim() && box(cell).left - box(cell.previousElementSibling).right < 8) { found.push("no room before " + cell.textContent); }
	}
	for (const svg of document.querySelectorAll("svg[role=img]")) {
		const box = svg.getBoundingClientRect(), texts = Array.from(svg.querySelectorAll("text")).map(e => ({r: e.getBoundingClientRect(), s: e.textContent}));
		texts.forEach((a, i) => {
			if (a.r.left < box.left - 2 || a.r.right > box.right + 2 || a.r.bottom > box.bottom + 2) { found.push("out of its drawing: " + a.s); }
			for (const b of texts.slice(i + 1)) {
				if (a.r.left < b.r.right && b.r.left < a.r.right && a.r.top + 3 < b.r.bottom && b.r.top + 3 < a.r.bottom) { found.push(a.s + " over " + b.s); }
			}
		});
	}
	return found;
})()`

// barriers lists everything that keeps somebody out of the page shown.
func barriers(b *tab) []string {
	b.t.Helper()
	var all []string
	for _, width := range []int64{1280, 360, 320} { // 320: also 1280 at four times the size
		b.size(width, 740)
		all = append(all, ask[[]string](b, clipped)...)
		if width == 320 {
			continue
		}
		for _, v := range ask[[]violation](b, runAxe) {
			for _, n := range v.Nodes {
				all = append(all, v.ID+": "+v.Help+"\n"+n.HTML+"\n"+n.Why)
			}
		}
		for _, one := range ask[[]string](b, smallTargets) {
			all = append(all, "small target: "+one)
		}
	}
	return all
}

func TestPagesKeepNobodyOut(t *testing.T) {
	b, s := chromium(t), site(t)
	all := drawings(t, s)
	base := gallery(t, s, all)
	for _, d := range all {
		b.open(base + d.Name)
		for _, one := range barriers(b) {
			t.Errorf("%s: %s", d.Name, one)
		}
		if folded := ask[int](b, `Array.from(document.querySelectorAll("main details"), e => e.open = true).length`); folded > 0 {
			for _, one := range barriers(b) {
				t.Errorf("%s, unfolded: %s", d.Name, one)
			}
		}
		ask[bool](b, `document.querySelector(".lang").open = true`)
		for _, one := range barriers(b) {
			t.Errorf("%s with the menu of languages: %s", d.Name, one)
		}
	}
	for _, c := range b.complaints() {
		t.Errorf("the browser complains: %s", c)
	}
}

// The test above would be silent too if it looked at nothing.
func TestBarriersAreSeen(t *testing.T) {
	b, s := chromium(t), site(t)
	base := gallery(t, s, []drawing{{"bad", `<!doctype html><html lang="fr"><head><title>x</title>
<link rel="stylesheet" href="` + s.assets["foyer.css"].path + `"></head><body><main>
<h1 style="color:red">x</h1><img src="` + s.assets["foyer.svg"].path + `"><button>x</button>
<table><tr><td>` + strings.Repeat("w", 60) + `</td><td>next</td></tr></table>
<svg role="img" aria-label="x" width="100" height="30"><text x="5" y="20">1234</text><text x="20" y="20">5678</text></svg>
</main></body></html>`}})
	b.open(base + "bad")
	seen := strings.Join(append(barriers(b), b.complaints()...), "\n")
	for _, want := range []string{"image-alt: ", "small target: ", "sideways", "1234 over 5678", "Content Security Policy"} {
		if !strings.Contains(seen, want) {
			t.Errorf("nothing about %q in\n%s", want, seen)
		}
	}
}

func TestTheKeyboardReachesEverything(t *testing.T) {
	b, s := chromium(t), site(t)
	all := drawings(t, s)
	base := gallery(t, s, all)
	b.size(360, 740)
	for _, d := range all {
		if !strings.HasSuffix(d.Name, "-fr") {
			continue
		}
		b.open(base + d.Name)
		// One radio button of a group is on the way; the arrows lead to the others.
		want := ask[int](b, `Array.from(document.querySelectorAll("a[href], button, summary, input:not([type=hidden]), textarea"))
			.filter(e => e.checkVisibility() && (e.type !== "radio" || e === (e.form || document).querySelector("input[type=radio][name=" + e.name + "]"))).length`)
		var ring []string
		for len(ring) < want {
			b.do(chromedp.KeyEvent(kb.Tab))
			at := ask[struct{ What, Fault string }](b, `(() => {
				const e = document.activeElement, c = getComputedStyle(e), r = e.getBoundingClientRect();
				const ring = c.outlineStyle !== "none" && parseFloat(c.outlineWidth) >= 2;
				const shown = r.width > 0 && r.bottom > 0 && r.top < innerHeight && r.right > 0 && r.left < innerWidth;
				return {What: e.outerHTML.slice(0, 200) + Math.round(r.top + scrollY), Fault: !ring ? "has no ring" : !shown ? "is out of sight" : ""};
			})()`)
			if at.Fault != "" {
				t.Errorf("%s: with the focus, this %s: %s", d.Name, at.Fault, at.What)
			}
			if last := len(ring) - 1; last >= 0 && ring[last] == at.What && strings.Contains(at.What, `type="date"`) {
				continue // its day, its month and its year are reached one by one
			}
			if slices.Contains(ring, at.What) {
				t.Errorf("%s: the focus comes back early to %s", d.Name, at.What)
				break
			}
			ring = append(ring, at.What)
		}
	}
}

func TestTheFirstScreenSaysItAll(t *testing.T) {
	b, s := chromium(t), site(t)
	all := drawings(t, s)
	base := gallery(t, s, all)
	b.size(360, 740)
	for _, d := range all {
		if !strings.HasPrefix(d.Name, "home-") {
			continue
		}
		b.open(base + d.Name)
		bottom := ask[map[string]float64](b, `Object.fromEntries(["#state", "#today + .big", "#month + .big"]
			.map(q => [q, document.querySelector(q)]).filter(x => x[1]).map(x => [x[0], x[1].getBoundingClientRect().bottom]))`)
		if len(bottom) == 0 || bottom["#state"] == 0 {
			t.Errorf("%s says no state", d.Name)
		}
		for what, y := range bottom {
			if y > 740 {
				t.Errorf("%s: %s ends at %.0f px of 740", d.Name, what, y)
			}
			if y < bottom["#state"] {
				t.Errorf("%s: %s comes before the state", d.Name, what)
			}
		}
	}
}
