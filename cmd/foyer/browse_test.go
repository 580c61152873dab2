package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"foyer/internal/testserver"
)

// cookieFile is where a script's browser keeps its cookies.
const cookieFile = "cookies.json"

// browse is what people open pages with: it prints the page that an address leads to, and
// keeps cookies from one call to the next. With fields, name=value, or "-" for none, it
// sends a form.
func browse(address string, fields ...string) (err error) {
	u, err := url.Parse(address)
	if err != nil {
		return err
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return err
	}
	kept := map[string]string{}
	if b, err := os.ReadFile(cookieFile); err == nil {
		if err := json.Unmarshal(b, &kept); err != nil {
			return err
		}
	}
	for name, value := range kept {
		jar.SetCookies(u, []*http.Cookie{{Name: name, Value: value, Path: "/"}})
	}
	client := &http.Client{Jar: jar, Timeout: 30 * time.Second}
	var res *http.Response
	if len(fields) == 0 {
		res, err = client.Get(address)
	} else {
		form := url.Values{}
		for _, f := range fields {
			if name, value, ok := strings.Cut(f, "="); ok {
				form.Add(name, value)
			}
		}
		res, err = client.PostForm(address, form)
	}
	if err != nil {
		return err
	}
	defer res.Body.Close()
	clear(kept)
	for _, c := range jar.Cookies(u) {
		kept[c.Name] = c.Value
	}
	b, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	if err := os.WriteFile(cookieFile, b, 0o600); err != nil {
		return err
	}
	fmt.Println(res.Status, res.Request.URL.Path)
	_, err = io.Copy(os.Stdout, res.Body)
	return err
}

var setupKey = regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`)

// authenticate is a person's code app: it reads the page that shows the key, and prints the
// code of now.
func authenticate(page io.Reader) error {
	b, err := io.ReadAll(page)
	if err != nil {
		return err
	}
	key := setupKey.FindSubmatch(b)
	if key == nil {
		return fmt.Errorf("no key on this page: %s", b)
	}
	_, err = fmt.Println(testserver.Authenticator(loud{}, strings.ReplaceAll(string(key[1]), " ", ""), time.Now()))
	return err
}

// loud is a test that panics when it fails.
type loud struct{ testserver.TB }

func (loud) Helper() {}

func (loud) Fatalf(format string, args ...any) { panic(fmt.Sprintf(format, args...)) }
