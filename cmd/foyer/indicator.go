package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"foyer/indicators"
	"foyer/internal/formula"
	"foyer/internal/formulary"
)

func newIndicator() *cobra.Command {
	cmd := &cobra.Command{Use: "indicator", Short: "List and explain indicators, and try their formulas"}
	cmd.AddCommand(newIndicatorList(), newIndicatorExplain(), newIndicatorEval())
	return cmd
}

func newIndicatorList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the indicators, and the formulas that can be tried",
		Long: "The nightly run computes those indicators for each family and period that the country\n" +
			"file lists. The others, and formulas, take inputs of your own: `foyer indicator eval` runs\n" +
			"them; it runs the nightly ones too, where they have inputs that can be written down.",
		Example: "  foyer indicator list",
		Args:    noArgs,
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var rows [][]string
		listed := map[string]bool{}
		for _, i := range indicators.Nightly(indicators.France) {
			listed[i.ID] = true
			rows = append(rows, []string{i.ID, "indicator", "nightly", i.Version, i.Unit, string(i.Span), i.Question})
		}
		for _, f := range formulary.Formulas().All() {
			switch {
			case listed[f.ID]:
			case f.Indicator():
				rows = append(rows, []string{f.ID, "indicator", "on request", f.Version, f.Unit, "", f.Question})
			default:
				rows = append(rows, []string{f.ID, "formula", "on request", "", "", "", f.Source})
			}
		}
		return printRows(cmd.OutOrStdout(), *asJSON, []string{"id", "kind", "computed", "version", "unit", "period", "about"}, rows)
	}
	return cmd
}

// An indicatorPage is what `foyer indicator explain --json` prints of an indicator.
type indicatorPage struct {
	ID          string `json:"id"`
	Kind        string `json:"kind"`
	Question    string `json:"question"`
	QuestionFR  string `json:"question_fr"`
	Unit        string `json:"unit"`
	Period      string `json:"period"`
	Version     string `json:"version"`
	Category    string `json:"category"`
	Granularity string `json:"granularity"`
	Method      string `json:"method"`
	Source      string `json:"source"`
}

// A formulaPage is the same of a formula, or of an indicator on request.
type formulaPage struct {
	ID         string            `json:"id"`
	Kind       string            `json:"kind"`
	Question   string            `json:"question,omitempty"`
	QuestionFR string            `json:"question_fr,omitempty"`
	Unit       string            `json:"unit,omitempty"`
	Version    string            `json:"version,omitempty"`
	Method     string            `json:"method,omitempty"`
	Source     string            `json:"source,omitempty"`
	Inputs     map[string]string `json:"inputs"`
	Results    map[string]string `json:"results"`
}

func newFormulaPage(f formula.Formula) formulaPage {
	page := formulaPage{f.ID, "formula", f.Question, f.QuestionFR, f.Unit, f.Version, f.Method, f.Source, map[string]string{}, map[string]string{}}
	if f.Indicator() {
		page.Kind = "indicator"
	}
	for _, i := range f.Inputs {
		page.Inputs[i.Name] = i.Kind
	}
	for _, r := range f.Results {
		page.Results[r.Name] = r.Kind
	}
	return page
}

func newIndicatorExplain() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "explain ID",
		Short: "Say what an indicator or a formula means: method, thresholds, inputs, source",
		Example: "  foyer indicator explain tee\n" +
			"  foyer indicator explain tee_3d --json",
		Args: oneArg("an id of `foyer indicator list`"),
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		w := cmd.OutOrStdout()
		if i, ok := indicators.Find(args[0]); ok {
			if *asJSON {
				return printJSON(w, indicatorPage{
					i.ID, "indicator", i.Question, i.QuestionFR, i.Unit, string(i.Span), i.Version, i.Category, i.Grain(), i.Method, i.Source,
				})
			}
			if _, err := fmt.Fprintf(w, "%s\n%s\n\nunit %s, for each %s, version %s\nconsent: %s, %s\n\n%s\n\nSource: %s\n",
				i.Question, i.QuestionFR, i.Unit, i.Span, i.Version, i.Category, i.Grain(), i.Method, i.Source); err != nil {
				return err
			}
			if f, ok := formulary.Formulas().Find(i.ID); ok {
				_, _ = fmt.Fprintf(w, "\nOn request too, with `foyer indicator eval`.\n\n")
				return explainMembers(w, f)
			}
			return nil
		}
		f, ok := formulary.Formulas().Find(args[0])
		if !ok {
			return usageError{fmt.Errorf("%q is no indicator and no formula; `foyer indicator list` shows them", args[0])}
		}
		if *asJSON {
			return printJSON(w, newFormulaPage(f))
		}
		return explainFormula(w, f)
	}
	return cmd
}

// explainFormula prints what a formula is for, and the members that it reads and says.
func explainFormula(w io.Writer, f formula.Formula) error {
	if f.Indicator() {
		_, _ = fmt.Fprintf(w, "%s\n%s\n\nunit %s, on request, version %s\n\n", f.Question, f.QuestionFR, f.Unit, f.Version)
	}
	if f.Method != "" {
		_, _ = fmt.Fprintf(w, "%s\n\n", f.Method)
	}
	if err := explainMembers(w, f); err != nil {
		return err
	}
	if f.Source != "" {
		_, _ = fmt.Fprintf(w, "Source: %s\n", f.Source)
	}
	return nil
}

// explainMembers prints what a formula reads and says.
func explainMembers(w io.Writer, f formula.Formula) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, part := range []struct {
		title  string
		fields []formula.Field
	}{{"Inputs; one that is left out is not known:", f.Inputs}, {"Result; one that is not known is left out or null:", f.Results}} {
		_, _ = fmt.Fprintln(t, part.title)
		for _, member := range part.fields {
			_, _ = fmt.Fprintf(t, "  %s\t%s\n", member.Name, member.Kind)
		}
		_, _ = fmt.Fprintln(t)
	}
	return t.Flush()
}

// printJSON prints one object on one line.
func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

func newIndicatorEval() *cobra.Command {
	return &cobra.Command{
		Use:   "eval",
		Short: "Compute indicators and formulas on inputs of your own",
		Long: "Reads {\"id\",\"indicator\",\"inputs\"} lines from stdin and prints {\"id\",\"result\"} lines,\n" +
			"or {\"id\",\"error\"} for one that cannot be computed; then it exits with 3. indicator is\n" +
			"an id of `foyer indicator list`.",
		Example: `  echo '{"id":"1","indicator":"uc_insee","inputs":{"ages":[40,12]}}' | foyer indicator eval`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			failed, err := formulary.Formulas().EvaluateLines(cmd.InOrStdin(), cmd.OutOrStdout())
			if err == nil && failed > 0 {
				err = errCheck
			}
			return err
		},
	}
}
