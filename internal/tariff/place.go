package tariff

import (
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
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

// placeOf returns the line, the column and the field of a value by its text.
func (c *checker) placeOf(text string) string {
	place := " "
	file, err := parser.ParseBytes(c.text, 0)
	if err != nil {
		return place
	}
	for _, doc := range file.Docs {
		ast.Walk(visit(func(n ast.Node) {
			pair, ok := n.(*ast.MappingValueNode)
			if !ok || place != " " || pair.Value == nil || pair.Value.GetToken().Value != text {
				return
			}
			p := pair.Value.GetToken().Position
			place = fmt.Sprintf("%d:%d: %s: ", p.Line, p.Column, strings.TrimPrefix(pair.Value.GetPath(), "$."))
		}), doc.Body)
	}
	return place
}

// A visit is called with each node of a document.
type visit func(ast.Node)

// Visit is [ast.Visitor].
func (v visit) Visit(n ast.Node) ast.Visitor {
	v(n)
	return v
}
