package main

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"foyer/internal/config"
)

// readyTimeout is how long the server may take to check itself, and a little more.
const readyTimeout = 5 * time.Second

func newReady() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ready",
		Short: "Ask a running Foyer whether it reaches all it needs",
		Long: "Asks the server of this configuration, on this machine, for /readyz and prints each check.\n" +
			"Exit code 0 when all of them hold, 3 when one does not, 1 when nobody answers.",
		Example: "  foyer ready --config foyer.yaml",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), jsonFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c, err := config.Load(*path)
		if err != nil {
			return err
		}
		status, checks, err := readiness(cmd, c)
		if err != nil {
			return err
		}
		var rows [][]string
		for _, name := range slices.Sorted(maps.Keys(checks)) {
			rows = append(rows, []string{name, checks[name]})
		}
		if err := printRows(cmd.OutOrStdout(), *asJSON, []string{"check", "result"}, rows); err != nil {
			return err
		}
		if status != http.StatusOK {
			return errCheck
		}
		return nil
	}
	return cmd
}

// readiness asks the server of a configuration, on this machine.
func readiness(cmd *cobra.Command, c config.Config) (status int, checks map[string]string, err error) {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return 0, nil, err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "localhost"
	}
	client, scheme := http.Client{Timeout: readyTimeout}, "http"
	if c.Cert != "" {
		scheme = "https"
		// It asks its own server for nothing secret, by an address that no certificate names.
		client.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // said above
	}
	r, err := http.NewRequestWithContext(cmd.Context(), http.MethodGet, scheme+"://"+net.JoinHostPort(host, port)+"/readyz", http.NoBody)
	if err != nil {
		return 0, nil, err
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, nil, fmt.Errorf("nobody answers at %s: %w. Is `foyer serve` running with this configuration?", c.Listen, err)
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	var said struct {
		Checks map[string]string `json:"checks"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&said); err != nil {
		return 0, nil, fmt.Errorf("read what %s answers: %w. Is it a Foyer?", c.Listen, err)
	}
	return answer.StatusCode, said.Checks, nil
}
