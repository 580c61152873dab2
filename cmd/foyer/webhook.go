package main

import (
	"encoding/json"
	"log/slog"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"foyer/alerts/channel"
	"foyer/internal/app"
	"foyer/internal/config"
)

func newWebhook() *cobra.Command {
	cmd := &cobra.Command{Use: "webhook", Short: "Try the webhooks of the configuration"}
	cmd.AddCommand(newWebhookTest())
	return cmd
}

func newWebhookTest() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "test [NAME]",
		Short: "Send one signed message about nobody, and say what came of it",
		Long: "Sends a message of type webhook.test to the webhook of a name, or to each. Exits with 3\n" +
			"when one of them does not have it.",
		Example: "  foyer webhook test\n  foyer webhook test coop --json",
		Args:    cobra.MaximumNArgs(1),
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := config.Load(*path)
		if err != nil {
			return err
		}
		section, ok := c.Channels["webhook"].(*channel.WebhookSection)
		if !ok {
			section = &channel.WebhookSection{}
		}
		name := ""
		if len(args) == 1 {
			name = args[0]
		}
		trials, err := section.Try(cmd.Context(), name, channel.Deps{Now: app.Wall, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			return err
		}
		return printTrials(cmd, trials, *asJSON)
	}
	return cmd
}

// printTrials says what came of each message; a message that nobody has is a failed check.
func printTrials(cmd *cobra.Command, trials []channel.Trial, asJSON bool) (err error) {
	var rows [][]string
	for _, t := range trials {
		said := "received"
		if t.Err != nil {
			said, err = t.Err.Error(), errCheck
		}
		status := ""
		if t.Status != 0 {
			status = strconv.Itoa(t.Status)
		}
		rows = append(rows, []string{t.Name, status, t.Took.Round(time.Millisecond).String(), said})
		if asJSON {
			line := struct {
				channel.Trial
				Error string `json:"error,omitempty"`
			}{Trial: t}
			if t.Err != nil {
				line.Error = said
			}
			if err := json.NewEncoder(cmd.OutOrStdout()).Encode(line); err != nil {
				return err
			}
		}
	}
	if asJSON {
		return err
	}
	if printed := printRows(cmd.OutOrStdout(), false, []string{"webhook", "status", "took", "result"}, rows); printed != nil {
		return printed
	}
	return err
}
