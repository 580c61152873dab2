package main

import (
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"foyer/indicators"
)

func newIndicator() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "indicator",
		Short: "List indicators and try their formulas",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newIndicatorList(), newIndicatorEval())
	return cmd
}

func newIndicatorList() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the indicators that are computed for families",
		Example: "  foyer indicator list",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			type row struct {
				ID       string `json:"id"`
				Unit     string `json:"unit"`
				Period   string `json:"period"`
				Version  string `json:"version"`
				Category string `json:"category"`
				Question string `json:"question"`
				French   string `json:"question_fr"`
			}
			var rows []row
			for _, i := range indicators.All() {
				rows = append(rows, row{i.ID, i.Unit, string(i.Span), i.Version, i.Category, i.Question, i.QuestionFR})
			}
			if asJSON {
				return json.NewEncoder(cmd.OutOrStdout()).Encode(rows)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
			for _, r := range rows {
				if _, err := fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", r.ID, r.Unit, r.Period, r.Question); err != nil {
					return err
				}
			}
			return w.Flush()
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

func newIndicatorEval() *cobra.Command {
	return &cobra.Command{
		Use:   "eval",
		Short: "Run formulas on inputs of your own",
		Long: "Reads {\"id\",\"indicator\",\"inputs\"} lines from stdin and prints {\"id\",\"result\"} lines,\n" +
			"or {\"id\",\"error\"} for one that cannot be computed; then it exits with 3.",
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
