package app

import (
	"log/slog"
	"testing"

	"foyer/internal/config"
)

func TestAnIngesterReadsNoCatalogues(t *testing.T) {
	for name, roles := range map[string]Roles{"ingest": {Ingest: true}, "jobs": {Jobs: true}} {
		t.Run(name, func(t *testing.T) {
			c := config.Default()
			c.Data = t.TempDir()
			c.Broker.URL = "embedded://127.0.0.1:0"
			a, err := Open(t.Context(), c, Options{Roles: roles, Log: slog.New(slog.DiscardHandler)})
			if err != nil {
				t.Fatal(err)
			}
			defer a.Close()
			if read := a.texts != nil; read != roles.Jobs {
				t.Errorf("catalogues are read: %t", read)
			}
		})
	}
}
