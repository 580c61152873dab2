package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/config"
)

func newBroker() *cobra.Command {
	cmd := &cobra.Command{Use: "broker", Short: "Tell another broker who may publish"}
	cmd.AddCommand(newBrokerConfig())
	return cmd
}

func newBrokerConfig() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "config",
		Short: "Write mosquitto's password file and access list from the registry",
		Long: "Prints what mosquitto's password_file and acl_file have to say: each gateway with the\n" +
			"hash of its password and the right to write below foyer/NAME/, and broker.user of the\n" +
			"configuration with the right to read all that and to write nothing. With --out it writes\n" +
			"the files passwords and acl in a folder; a file that is there keeps its owner and mode.\n" +
			"Mosquitto reads them at SIGHUP, and then disconnects whoever is no longer among them.\n" +
			"Each further ingester has a configuration, and a broker.user, of its own: --also.",
		Example: "  foyer broker config --out /etc/mosquitto && systemctl reload mosquitto",
		Args:    noArgs,
	}
	path, asJSON := configFlag(cmd), cmd.Flags().Bool("json", false, "print one JSON object with the members passwords and acl")
	out := cmd.Flags().String("out", "", "folder of the files `passwords` and acl; without, they are printed")
	also := cmd.Flags().StringArray("also", nil, "configuration `file` of a further ingester; may be given again")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		return inOffice(cmd, *path, func(o *app.Office) error {
			ingesters := []config.Broker{o.Config.Broker}
			for _, name := range *also {
				c, err := config.Load(name)
				if err != nil {
					return fmt.Errorf("%s: %w", name, err)
				}
				ingesters = append(ingesters, c.Broker)
			}
			known, err := knownPasswords(*out)
			if err != nil {
				return err
			}
			m, err := o.Mosquitto(cmd.Context(), ingesters, known)
			if err != nil {
				return err
			}
			for _, user := range m.NoPassword {
				_, _ = fmt.Fprintf(cmd.ErrOrStderr(), "%s has no line: broker.password is empty, and mosquitto would let it in with none\n", user)
			}
			if err := writeMosquitto(*out, m); err != nil {
				return err
			}
			switch {
			case *asJSON:
				return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]string{"passwords": m.Passwords, "acl": m.ACL})
			case *out == "":
				return say(cmd, "# password_file\n%s\n# acl_file\n%s", m.Passwords, strings.TrimSuffix(m.ACL, "\n"))
			}
			return nil
		})
	}
	return cmd
}

// knownPasswords returns the hashes of a password file that is there already, by user.
func knownPasswords(folder string) (map[string]string, error) {
	if folder == "" {
		return nil, nil
	}
	text, err := os.ReadFile(filepath.Join(folder, "passwords")) //nolint:gosec // the operator names the folder
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read the passwords that are there: %w", err)
	}
	known := map[string]string{}
	for line := range strings.Lines(string(text)) {
		if user, hash, ok := strings.Cut(strings.TrimSpace(line), ":"); ok && strings.HasPrefix(hash, "$") {
			known[user] = hash
		}
	}
	return known, nil
}

// writeMosquitto writes the two files; nothing when folder is "".
func writeMosquitto(folder string, m app.Mosquitto) error {
	if folder == "" {
		return nil
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for name, text := range map[string]string{"passwords": m.Passwords, "acl": m.ACL} {
		// In place: another file would belong to whoever runs this, and mosquitto
		// could not read it.
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}
