package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The guides whose commands run as they are written, each with what is there before.
var guides = map[string]string{
	"agree-on-paper":     "foyer household add --label 'Foyer 01'\nfoyer staff add nadia@coop.example --name Nadia --link --at http://127.0.0.1:8080\n",
	"change-the-charter": "",
	"install-alone":      "rm foyer.yaml\n",
	"keep-the-ledger":    "foyer household add --label 'Foyer 01'\nfoyer household add --label 'Foyer 02'\n",
	"write-a-tariff":     "foyer household add --label 'Foyer 01'\n",
	"change-a-price": `foyer household add --label 'Foyer 01'
foyer gateway add gw-01
foyer meter claim gw-01/tasmota/linky --household 'Foyer 01' --role electricity --kva 6 --from 2025-01-01T00:00:00+01:00
foyer household contract 'Foyer 01' --from 2025-01-01 --tariff our-offer --kva 6
foyer consent give 'Foyer 01' --purpose family_view --notice 2026-11-26 --paper 'folder 1'
foyer readings import past.csv
foyer compute
`,
}

// What guides find there: a price that turns out to be wrong, and what was used.
const guideFiles = `-- tariffs.d/our-offer.yaml --
id: our-offer
name: Notre offre
currency: EUR
periods: [base]
versions:
  - {from: 2025-01-01, source: "price list 2025", mark: V, taxes: included, standing: {per: month, any: 12}, energy: [{period: base, price: 0.20}]}
-- past.csv --
meter;day;energy_kwh
gw-01/tasmota/linky;2025-01-31;12,5
gw-01/tasmota/linky;2025-02-01;11,25
`

// TestTheGuidesRun runs the commands of guides in both languages, writes their files where
// they say, and wants what they say is printed.
func TestTheGuidesRun(t *testing.T) {
	var scripts []string
	for name, before := range guides {
		for _, language := range []string{"en", "fr"} {
			text, err := os.ReadFile(filepath.Join("..", "..", "docs", language, "how-to", name+".md"))
			if err != nil {
				t.Fatal(err)
			}
			script := filepath.Join(t.TempDir(), language+"-"+name+".txtar")
			if err := os.WriteFile(script, []byte(guideScript(t, before, string(text))), 0o600); err != nil {
				t.Fatal(err)
			}
			scripts = append(scripts, script)
		}
	}
	p := scriptParams()
	p.Files = scripts
	testscript.Run(t, p)
}

var fence = regexp.MustCompile("(?ms)^```(\\w+) ?(\\S*)\n(.*?)^```$")

// guideScript turns the fences of a guide into a script: "sh" runs, "text" is in what the
// last command printed, and any other with a name is that file from there on.
func guideScript(t *testing.T, before, guide string) string {
	t.Helper()
	var run, files strings.Builder
	run.WriteString(before)
	ran := 0
	for n, f := range fence.FindAllStringSubmatch(guide, -1) {
		kind, name, body := f[1], f[2], f[3]
		switch {
		case kind == "sh":
			for line := range strings.Lines(body) {
				line = strings.ReplaceAll(strings.ReplaceAll(line, "e4k7xq2pzaaaaaaaa", "$AMOUNT"), `"`, "'")
				run.WriteString(line)
				if ran++; strings.Contains(line, "aid add") {
					run.WriteString("capture AMOUNT\n")
				}
			}
		case kind == "text":
			for line := range strings.Lines(body) {
				fmt.Fprintf(&run, "stdout '%s'\n", regexp.QuoteMeta(strings.TrimSpace(line)))
			}
		case name != "":
			fmt.Fprintf(&run, "cp fence-%d %s\n", n, name)
			fmt.Fprintf(&files, "-- fence-%d --\n%s", n, body)
		default:
			t.Fatalf("a fence of %q without a name", kind)
		}
	}
	if ran < 2 {
		t.Fatalf("%d commands", ran)
	}
	return run.String() + "\n" + guideFiles + files.String()
}
