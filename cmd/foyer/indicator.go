package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"foyer/indicators"
)

func newIndicator() *cobra.Command {
	cmd := &cobra.Command{Use: "indicator", Short: "List and explain indicators, and try their formulas"}
	cmd.AddCommand(newIndicatorList(), newIndicatorExplain(), newIndicatorEval())
	return cmd
}

func newIndicatorList() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the indicators that are computed for families, and the formulas that can be tried",
		Long: "An indicator is computed for each family and period. A formula takes inputs of your own:\n" +
			"`foyer indicator eval` runs it.",
		Example: "  foyer indicator list",
		Args:    noArgs,
	}
	asJSON := jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		var rows [][]string
		for _, i := range indicators.All() {
			rows = append(rows, []string{i.ID, "indicator", i.Version, i.Unit, string(i.Span), i.Question})
		}
		for _, c := range indicators.Calculations() {
			rows = append(rows, []string{c.ID, "formula", "", "", "", c.Source})
		}
		return printRows(cmd.OutOrStdout(), *asJSON, []string{"id", "kind", "version", "unit", "period", "about"}, rows)
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

// A formulaPage is the same of a formula.
type formulaPage struct {
	ID      string            `json:"id"`
	Kind    string            `json:"kind"`
	Source  string            `json:"source"`
	Inputs  map[string]string `json:"inputs"`
	Results map[string]string `json:"results"`
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
			_, err := fmt.Fprintf(w, "%s\n%s\n\nunit %s, for each %s, version %s\nconsent: %s, %s\n\n%s\n\nSource: %s\n",
				i.Question, i.QuestionFR, i.Unit, i.Span, i.Version, i.Category, i.Grain(), i.Method, i.Source)
			return err
		}
		c, ok := indicators.FindCalculation(args[0])
		if !ok {
			return usageError{fmt.Errorf("%q is no indicator and no formula; `foyer indicator list` shows them", args[0])}
		}
		if *asJSON {
			page := formulaPage{c.ID, "formula", c.Source, map[string]string{}, map[string]string{}}
			for _, f := range c.Inputs {
				page.Inputs[f.Name] = f.Kind
			}
			for _, f := range c.Results {
				page.Results[f.Name] = f.Kind
			}
			return printJSON(w, page)
		}
		return explainFormula(w, c)
	}
	return cmd
}

// explainFormula prints the members that a formula reads and says.
func explainFormula(w io.Writer, c indicators.Calculation) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, part := range []struct {
		title  string
		fields []indicators.Field
	}{{"Inputs; one that is left out is not known:", c.Inputs}, {"Result; one that is not known is left out or null:", c.Results}} {
		_, _ = fmt.Fprintln(t, part.title)
		for _, f := range part.fields {
			_, _ = fmt.Fprintf(t, "  %s\t%s\n", f.Name, f.Kind)
		}
		_, _ = fmt.Fprintln(t)
	}
	_, _ = fmt.Fprintf(t, "Source: %s\n", c.Source)
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
		Short: "Run formulas on inputs of your own",
		Long: "Reads {\"id\",\"indicator\",\"inputs\"} lines from stdin and prints {\"id\",\"result\"} lines,\n" +
			"or {\"id\",\"error\"} for one that cannot be computed; then it exits with 3. indicator is\n" +
			"the id of a formula of `foyer indicator list`.",
		Example: `  echo '{"id":"1","indicator":"uc_insee","inputs":{"ages":[40,12]}}' | foyer indicator eval`,
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			failed, err := indicators.EvaluateLines(cmd.InOrStdin(), cmd.OutOrStdout())
			if err == nil && failed > 0 {
				err = errCheck
			}
			return err
		},
	}
}
