package install

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/goccy/go-yaml"

	"foyer/internal/config"
	"foyer/internal/text"
)

// A part is a few keys of the sheet, and under which text of the catalogue each is
// explained.
type part struct {
	keys  any
	words map[string]string // by path
}

// Sheet returns the configuration that follows from the answers, with a word on each
// line in a language. What it leaves out keeps its default.
func (a Answers) Sheet(l *text.Language, file string) ([]byte, error) {
	type pages struct {
		Listen string `yaml:"listen"`
		Cert   string `yaml:"cert,omitempty"`
		Key    string `yaml:"key,omitempty"`
		HTTPS  bool   `yaml:"https"`
		Plain  bool   `yaml:"plain,omitempty"`
	}
	c := a.Config
	parts := []part{
		{pages{c.Listen, c.Cert, c.Key, c.HTTPS, c.Plain}, map[string]string{"$.listen": "init.sheet.listen", "$.cert": "init.sheet.cert", "$.https": "init.sheet.https"}},
		{struct {
			Data string `yaml:"data"`
		}{c.Data}, map[string]string{"$.data": "init.sheet.data"}},
		{struct {
			Pilot config.Pilot `yaml:"pilot"`
		}{c.Pilot}, map[string]string{
			"$.pilot": "init.sheet.pilot", "$.pilot.zone": "init.sheet.zone", "$.pilot.address": "init.sheet.address",
			"$.pilot.contact": "init.sheet.contact", "$.pilot.case_load": "init.sheet.case_load",
		}},
	}
	head, err := l.T("init.sheet", "Town", c.Pilot.Name, "File", filepath.Base(file))
	if err != nil {
		return nil, err
	}
	var sheet strings.Builder
	sheet.WriteString("# " + strings.ReplaceAll(head, "\n", "\n# ") + "\n")
	for _, p := range parts {
		block, err := p.write(l)
		if err != nil {
			return nil, err
		}
		sheet.WriteString("\n" + block)
	}
	sheet.WriteString(a.rest)
	return []byte(sheet.String()), a.same([]byte(sheet.String()))
}

func (p part) write(l *text.Language) (string, error) {
	comments := yaml.CommentMap{}
	for path, key := range p.words {
		words, err := l.T(key)
		if err != nil {
			return "", err
		}
		var lines []string
		for line := range strings.SplitSeq(words, "\n") {
			lines = append(lines, " "+line)
		}
		comments[path] = []*yaml.Comment{yaml.HeadComment(lines...)}
	}
	b, err := yaml.MarshalWithOptions(p.keys, yaml.WithComment(comments))
	if err != nil {
		return "", fmt.Errorf("write configuration: %w", err)
	}
	return string(b), nil
}

// same wants a sheet to read as what was answered: nobody starts on another configuration
// than the one they gave.
func (a Answers) same(sheet []byte) error {
	got, err := config.Parse(sheet)
	if err == nil && !reflect.DeepEqual(got, a.Config) {
		err = errors.New("it reads as another configuration")
	}
	if err != nil {
		return fmt.Errorf("write configuration: %w; leave anchors (&) and aliases (*) out of the answers", err)
	}
	return nil
}
