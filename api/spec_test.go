package api

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"foyer/internal/permission"
)

// value returns a specification as plain maps and lists.
func value(t *testing.T, j []byte, err error) any {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal(j, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheCodeHoldsTheSpecification(t *testing.T) {
	spec, err := openapi3.NewLoader().LoadFromData(specText)
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range spec.Paths.Map() {
		for _, o := range item.Operations() { // the generator names them as Go does
			o.OperationID = strings.ToUpper(o.OperationID[:1]) + o.OperationID[1:]
		}
	}
	written, err := spec.MarshalJSON()
	want := value(t, written, err)
	built, err := GetSpecJSON()
	if !reflect.DeepEqual(value(t, built, err), want) {
		t.Error("openapi.gen.go is not that of openapi.yaml. Run: go generate ./api")
	}
}

// The generator is fetched when it is not in the module cache.
func TestTheCodeIsMadeFromTheSpecification(t *testing.T) {
	if os.Getenv("FOYER_TEST_ALL") != "1" {
		t.Skip("the generator may have to be fetched: set FOYER_TEST_ALL=1")
	}
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`(?m)^//go:generate (go run .*) -config (\S+) (\S+)$`).FindSubmatch(doc)
	if line == nil {
		t.Fatal("doc.go does not say how openapi.gen.go is made")
	}
	settings, err := os.ReadFile(string(line[2]))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	made, elsewhere := filepath.Join(dir, "openapi.gen.go"), filepath.Join(dir, "oapi-codegen.yaml")
	settings = bytes.Replace(settings, []byte("output: openapi.gen.go"), []byte("output: "+made), 1)
	if err := os.WriteFile(elsewhere, settings, 0o600); err != nil {
		t.Fatal(err)
	}
	args := append(strings.Fields(string(line[1])), "-config", elsewhere, string(line[3]))
	if out, err := exec.CommandContext(t.Context(), args[0], args[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %v: %s", args, err, out)
	}
	fresh, err := os.ReadFile(made)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := os.ReadFile("openapi.gen.go")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(fresh, kept) {
		t.Error("openapi.gen.go is not what the generator makes. Run: go generate ./api")
	}
}

// Machines find nothing that openapi.yaml does not tell of.
func TestEveryAddressForMachinesIsSpecified(t *testing.T) {
	v := newTown(t)
	spec, err := GetSpec()
	v.must(err)
	param := regexp.MustCompile(`:(\w+)`)
	seen := 0
	for _, r := range v.server.echo.Routes() {
		path := param.ReplaceAllString(r.Path, "{$1}")
		if !strings.HasPrefix(path, "/api/v1") {
			continue
		}
		seen++
		if item := spec.Paths.Value(path); item == nil || item.GetOperation(r.Method) == nil {
			t.Errorf("%s %s is not in openapi.yaml", r.Method, path)
		}
	}
	operations := 0
	for path, item := range spec.Paths.Map() {
		if strings.HasPrefix(path, "/api/v1") {
			operations += len(item.Operations())
		}
	}
	if seen == 0 || seen != operations {
		t.Errorf("%d routes for %d operations", seen, operations)
	}
}

// Every address has its row in the table of permissions, and every row its address.
func TestEveryAddressHasItsPermission(t *testing.T) {
	v := newTown(t)
	served := map[string]bool{}
	for _, r := range v.server.echo.Routes() {
		route := permission.Route(r.Method, r.Path)
		served[route] = true
		if _, known := permission.Of(route); !known {
			t.Errorf("%s has no row in internal/permission/table.go", route)
		}
	}
	for _, r := range permission.Table {
		if !served[r.Route] {
			t.Errorf("%s has a row and no address", r.Route)
		}
	}
}

// An address whose row is missing answers nobody.
func TestAnAddressWithoutItsPermissionIsRefused(t *testing.T) {
	v := newTown(t)
	for route, path := range map[string]string{
		"GET /api/v1/families": "/api/v1/families", "GET /api/v1/families/:id": "/api/v1/families/" + string(v.cold),
		"GET /accessibility": "/accessibility", "GET /healthz": "/healthz", "GET /console": "/console",
	} {
		if _, ok := v.server.rules[route]; !ok {
			t.Fatal("no route", route)
		}
		v.server.rules[route] = permission.Rule{}
		for who, got := range map[string]reply{"a machine": v.api("GET", path, ""), "a caseworker": v.caseworker().get(path)} {
			if got.StatusCode != http.StatusForbidden && got.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %s is answered %s", path, who, got.Status)
			}
		}
	}
}

// Requests are held against the specification as one of OpenAPI 3.0, which would pass over
// what only 3.1 can say.
func TestNoRequestNeedsMoreThanOpenAPI30(t *testing.T) {
	spec, err := GetSpec()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	hold := func(where string, ref *openapi3.SchemaRef) {
		err := ref.WalkSubtree(func(at string, x *openapi3.SchemaRef) error {
			seen++
			s := x.Value
			if s.Const != nil || len(s.PrefixItems) > 0 || s.Contains != nil || len(s.PatternProperties) > 0 || len(s.DependentSchemas) > 0 ||
				s.PropertyNames != nil || s.UnevaluatedItems.Has != nil || s.UnevaluatedItems.Schema != nil ||
				s.UnevaluatedProperties.Has != nil || s.UnevaluatedProperties.Schema != nil || s.If != nil || s.Then != nil || s.Else != nil ||
				len(s.DependentRequired) > 0 || len(s.Defs) > 0 || s.ContentSchema != nil || s.Type != nil && len(*s.Type) > 1 {
				t.Errorf("%s%s: only OpenAPI 3.1 holds a request against that", where, at)
			}
			return nil
		})
		if err != nil {
			t.Errorf("%s: %v", where, err)
		}
	}
	for path, item := range spec.Paths.Map() {
		for method, o := range item.Operations() {
			where := method + " " + path
			for _, p := range slices.Concat(item.Parameters, o.Parameters) {
				hold(where+" "+p.Value.Name, p.Value.Schema)
			}
			if o.RequestBody != nil {
				for _, m := range o.RequestBody.Value.Content {
					hold(where, m.Schema)
				}
			}
		}
	}
	if seen < 50 {
		t.Errorf("%d schemas: the test tests nothing", seen)
	}
}
