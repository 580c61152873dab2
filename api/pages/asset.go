package pages

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

//go:embed templates/*.html
var templates embed.FS

//go:embed assets
var assets embed.FS

// An asset is a file whose name holds its own digest, so that a browser never
// asks for it twice.
type asset struct {
	path string // "/assets/foyer.0123456789ab.css"
	kind string // media type
	body []byte
	zip  []byte // body, compressed
}

func loadAssets() (map[string]asset, error) {
	found := map[string]asset{}
	err := fs.WalkDir(assets, "assets", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		body, err := assets.ReadFile(p)
		if err != nil {
			return err
		}
		zip, err := compress(body)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(body)
		ext := path.Ext(p)
		stem := strings.TrimSuffix(path.Base(p), ext)
		found[path.Base(p)] = asset{
			path: "/assets/" + stem + "." + hex.EncodeToString(sum[:6]) + ext,
			kind: kindOf(ext), body: body, zip: zip,
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("load assets: %w", err)
	}
	return found, nil
}

// kindOf does not ask the machine's own table for what we serve.
func kindOf(ext string) string {
	switch ext {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(ext)
}

// serveAsset serves a file for ever, or says that there is none.
func (s *Site) serveAsset(w http.ResponseWriter, r *http.Request) {
	for _, a := range s.assets {
		if a.path != r.URL.Path {
			continue
		}
		h := w.Header()
		h.Set("Content-Type", a.kind)
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
		h.Set("Vary", "Accept-Encoding")
		body := a.body
		if takesGzip(r.Header.Get("Accept-Encoding")) {
			h.Set("Content-Encoding", "gzip")
			body = a.zip
		}
		_, _ = w.Write(body) // the browser is gone
		return
	}
	http.NotFound(w, r)
}

// names are the pages there are: a template of the same name each.
var names = []string{
	"family", "consent", "answers", "findings", "money", "tariffs", "paper", "receipt", "receipts", "stop", "erase", "erasure", "access", "export", "phones", "message", "invite", "door", "closed", "accessibility", "charter",
	"signin", "households", "letter", "setup", "second", "spares", "account", "console", "alert", "families", "together", "ledger", "runs", "journal", "entry", "amendments", "manual",
}

func loadTemplates() (map[string]*template.Template, error) {
	set := map[string]*template.Template{}
	for _, name := range names {
		t, err := template.New("layout.html").Option("missingkey=error").
			ParseFS(templates, "templates/layout.html", "templates/parts.html", "templates/"+name+".html")
		if err != nil {
			return nil, fmt.Errorf("load page %s: %w", name, err)
		}
		set[name] = t
	}
	return set, nil
}
