package main

import (
	"cmp"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"foyer/internal/app"
	"foyer/internal/household"
	"foyer/internal/install"
	"foyer/internal/text"
)

func newInit() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Install: write a configuration, make keys and databases, let the first person in",
		Long: "Asks eleven questions, or reads the answers from a file: keys of foyer.yaml, and beside them `first` (name,\n" +
			"email, role) and `at`, where people open the pages. Nothing that is there is written over. What is\n" +
			"printed is a link with which the first person chooses a password: it opens once, within 30 minutes.",
		Example: "  foyer init\n  foyer init --answers answers.yaml --config /etc/foyer/foyer.yaml --language en",
		Args:    noArgs,
	}
	path := configFlag(cmd)
	answers := cmd.Flags().String("answers", "", "file of answers; without, they are asked")
	language := cmd.Flags().String("language", "", "of questions and of the configuration's comments, fr or en; that of the terminal by default")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		words, err := wordsFor(*language)
		if err != nil {
			return err
		}
		signal.Reset(os.Interrupt, syscall.SIGTERM) // a line that is waited for does not end with a context; nothing is made yet
		a, err := answered(cmd, words, *answers, *path)
		if err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		sheet, err := a.Sheet(words, *path)
		if err != nil {
			return err
		}
		token, err := app.Install(ctx, *path, sheet, household.Staff{Name: a.First.Name, Email: a.First.Email, Role: a.First.Role})
		if err != nil {
			return err
		}
		c := a.Config
		keys := c.Keys.In(c.Data)
		done, err := words.T("init.done", "File", *path, "Data", c.Data, "Master", keys.Master, "Keys", keys.File(), "Journal", c.Path(c.Journal.Key),
			"Name", a.First.Name, "Email", a.First.Email, "At", a.At)
		if err != nil {
			return err
		}
		cmd.PrintErrln(done)
		return say(cmd, "%s", setupLink(a.At, token))
	}
	return cmd
}

// wordsFor returns the catalogue of a language, of the terminal's for "". French comes
// first where that says nothing.
func wordsFor(language string) (*text.Language, error) {
	texts, err := text.Load()
	if err != nil {
		return nil, err
	}
	if language != "" && !texts.Has(language) {
		return nil, usageError{fmt.Errorf("--language %q: want fr or en", language)}
	}
	terminal := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_MESSAGES"), os.Getenv("LANG")) // en_GB.UTF-8
	return texts.In(cmp.Or(language, terminal[:min(len(terminal), 2)])), nil
}

// answered reads the answers for a configuration's file, or asks for them. Nobody is asked
// where the file cannot come to be.
func answered(cmd *cobra.Command, words *text.Language, answers, config string) (install.Answers, error) {
	if _, err := os.Lstat(config); err == nil {
		return install.Answers{}, fmt.Errorf("%s: %w", config, app.ErrInstalled)
	}
	if folder, err := os.Stat(filepath.Dir(config)); err != nil || !folder.IsDir() {
		return install.Answers{}, usageError{fmt.Errorf("--config %q: want a file in a folder that is there; make the folder first", config)}
	}
	if answers == "" {
		return install.Interview{In: cmd.InOrStdin(), Out: cmd.ErrOrStderr(), Words: words}.Ask(config)
	}
	b, err := os.ReadFile(filepath.Clean(answers))
	if err != nil {
		return install.Answers{}, fmt.Errorf("read answers: %w", err)
	}
	a, err := install.Read(b, config)
	if err != nil {
		return install.Answers{}, fmt.Errorf("%s: %w", answers, err)
	}
	return a, nil
}
