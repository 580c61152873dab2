// Package api answers machines and people over HTTP: the interface of
// openapi.yaml, server-sent events, and the pages of package pages.
//
// It translates between the wire and disclosure.Gate and decides nothing: what
// may be seen, and by whom, is the Gate's answer. openapi.yaml comes first; the
// code in openapi.gen.go is made from it.
package api

//go:generate go run github.com/oapi-codegen/oapi-codegen/v2/cmd/oapi-codegen@v2.8.2 -config oapi-codegen.yaml openapi.yaml
