package tariff

import (
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/parser"
)

// place returns the line and column of a field, or of the closest one that holds it.
func (c *checker) place(field string) (line, column int) {
	for file, err := parser.ParseBytes(c.text, 0); err == nil && field != ""; {
		if path, err := yaml.PathString("$." + field); err == nil {
			if node, err := path.FilterFile(file); err == nil && node != nil {
				p := node.GetToken().Position
				return p.Line, p.Column
			}
		}
		field = field[:max(strings.LastIndexAny(field, ".["), 0)]
	}
	return 1, 1
}
