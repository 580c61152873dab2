package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"foyer/indicators"
	"foyer/internal/household"
	"foyer/internal/text"
)

// told are the nightly figures that have a place of their own on the pages.
// What is known of a year stays inside: comparisons are made of it.
var told = []string{"cold_day", "cost_day", "cost_month", "energy_year", "metered_savings", "other_tariffs", "settlement", "tee"}

// reasonsOf returns every reason that the code of the indicators can give, by what its
// source says: what is set as a Reason, what missing and flagged are called with, and the
// constants, variables and answers that are reasons by their name.
func reasonsOf(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("../../indicators/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	var all []string
	put := func(e ast.Expr) {
		if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if s, err := strconv.Unquote(lit.Value); err == nil && s != "" {
				all = append(all, s)
			}
		}
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				for i, left := range n.Lhs {
					s, field := left.(*ast.SelectorExpr)
					v, variable := left.(*ast.Ident)
					if (field && s.Sel.Name == "Reason" || variable && v.Name == "reason") && len(n.Rhs) == len(n.Lhs) {
						put(n.Rhs[i])
					}
				}
			case *ast.KeyValueExpr:
				if k, ok := n.Key.(*ast.Ident); ok && k.Name == "Reason" {
					put(n.Value)
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "missing" && len(n.Args) == 3 {
					put(n.Args[1])
				}
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "flagged" {
					put(n.Args[len(n.Args)-1])
				}
			case *ast.ValueSpec:
				for i, name := range n.Names {
					if strings.HasPrefix(name.Name, "by") && i < len(n.Values) {
						put(n.Values[i])
					}
				}
			case *ast.FuncDecl:
				if n.Name.Name == "old" || n.Name.Name == "lacks" {
					ast.Inspect(n.Body, func(in ast.Node) bool {
						if r, ok := in.(*ast.ReturnStmt); ok {
							put(r.Results[0])
						}
						return true
					})
				}
			}
			return true
		})
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Whoever reads what was found out reads words, in every language: what was asked, what
// it rests on, and why there is no answer.
func TestEveryFindingHasItsWords(t *testing.T) {
	texts, err := text.Load()
	if err != nil {
		t.Fatal(err)
	}
	reasons := reasonsOf(t)
	for _, known := range []string{"absence", "other_fuel", "works", "new_occupants", "unknown_need", "old_answer", "little_seen", "no_answer", "few_alike", "unknown_housing_cost", "no_reference", "heated_in_rent"} {
		if !slices.Contains(reasons, known) {
			t.Errorf("%s is a reason and was not found in the code", known)
		}
	}
	for _, l := range texts.Languages() {
		has := func(key string) {
			t.Helper()
			if said, err := l.T(key); err != nil || said == "" {
				t.Errorf("%v: add it to internal/text/locales", err)
			}
		}
		for _, reason := range reasons {
			has("findings.reason." + reason)
		}
		for _, i := range indicators.Nightly(indicators.France) {
			has("indicator." + i.ID)
			has("indicator." + i.ID + ".rests")
			if i.Flags() { // homes are counted by it
				has("together." + i.ID)
			}
		}
		for _, s := range []household.Status{household.OK, household.Provisional, household.InsufficientData, household.Indeterminate, household.NotApplicable} {
			has("status." + string(s))
		}
	}
}

// What the nightly run finds out is shown: no figure of it is computed for nobody.
func TestEveryFindingIsShown(t *testing.T) {
	var want, have []string
	for _, i := range indicators.Nightly(indicators.France) {
		if !slices.Contains(told, i.ID) {
			want = append(want, i.ID)
		}
	}
	for _, f := range household.Found {
		have = append(have, f.Indicator)
	}
	slices.Sort(have)
	if !reflect.DeepEqual(have, want) {
		t.Errorf("shown are %v, computed %v", have, want)
	}
}
