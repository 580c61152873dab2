package config

import (
	"fmt"

	"github.com/goccy/go-yaml/ast"
)

// A Phone is a number that somebody dials, as it is written. In YAML it needs no quotes:
// 0555000000 is ten digits, not a number in base eight.
type Phone string

// UnmarshalYAML reads what stands there, whatever YAML takes it for.
func (p *Phone) UnmarshalYAML(n ast.Node) error {
	switch n := n.(type) {
	case *ast.StringNode:
		*p = Phone(n.Value)
	case *ast.IntegerNode, *ast.FloatNode:
		*p = Phone(n.GetToken().Value)
	case *ast.NullNode:
		*p = ""
	default:
		return fmt.Errorf("%s: want a telephone number", n)
	}
	return nil
}
