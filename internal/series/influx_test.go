package series

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/internal/energy"
	"foyer/internal/secret"
	"foyer/internal/testserver"
)

// ask runs a statement beside the store and returns the answer.
func ask(t *testing.T, server *testserver.Server, statement string) string {
	t.Helper()
	res, err := http.PostForm(server.URL()+"/query", url.Values{"db": {"foyer"}, "q": {statement}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || strings.Contains(string(body), "error") {
		t.Fatalf("%s: %s %v", statement, body, err)
	}
	return string(body)
}

func TestInfluxKeepsOnePointForAllRegistersOfAnInstant(t *testing.T) {
	server := testserver.Influx(t)
	s := openInflux(t, server.URL())
	rs := []energy.Reading{r(hp, 0, 1), r(hc, 0, 2), r(temp, 0, 3), r(hp, 1, 4)}
	for range 3 {
		write(t, s, rs...)
	}
	if got := ask(t, server, "SELECT COUNT(*) FROM reading"); !strings.Contains(got, "[[0,1,2,1]]") && !strings.Contains(got, "Z\",1,2,1]]") {
		t.Error(got)
	}
	if got := ask(t, server, "SHOW SERIES"); strings.Count(got, "reading,") != 1 || !strings.Contains(got, `"reading,meter=m-1"`) {
		t.Error(got)
	}
}

func TestInfluxReadsTheWeakerClockOfTwoThatShareAnInstant(t *testing.T) {
	device, arrival := r(hp, 0, 1), r(temp, 0, 2)
	arrival.Source = energy.ArrivalTime
	weaker := device
	weaker.Source = energy.ArrivalTime
	for name, rs := range map[string][2]energy.Reading{"device first": {device, arrival}, "arrival first": {arrival, device}} {
		t.Run(name, func(t *testing.T) {
			s := openInflux(t, testserver.Influx(t).URL())
			write(t, s, rs[0])
			write(t, s, rs[1])
			want(t, all(t, s, "m-1"), weaker, arrival)
		})
	}
}

func TestInfluxRejectsTheReadingAtFaultAlone(t *testing.T) {
	server := testserver.Influx(t)
	s := openInflux(t, server.URL())
	// Somebody wrote temperatures as fractions into the same database.
	res, err := http.Post(server.URL()+"/write?db=foyer&precision=ms", "", strings.NewReader(
		fmt.Sprintf("reading,meter=other temperature=1.5 %d", origin.UnixMilli())))
	if err != nil || res.StatusCode != http.StatusNoContent {
		t.Fatal(res, err)
	}
	_ = res.Body.Close()
	var rs, good []energy.Reading
	bad := map[int]bool{17: true, 18: true, 999: true}
	for i := range 1_000 {
		rs, good = append(rs, r(hp, i, int64(i)), r(hc, i, int64(i))), append(good, r(hc, i, int64(i)))
		if bad[i] {
			rs = append(rs, r(temp, i, 5))
		}
	}
	for i := range 1_000 {
		good = append(good, r(hp, i, int64(i)))
	}
	err = s.Write(t.Context(), rs)
	var rejected *Rejected
	if !errors.As(err, &rejected) || !strings.Contains(rejected.Reason, "temperature") {
		t.Fatal(err)
	}
	want(t, rejected.Readings, r(temp, 17, 5), r(temp, 18, 5), r(temp, 999, 5))
	ask(t, server, "DELETE FROM reading WHERE meter = 'other'")
	want(t, all(t, s, "m-1"), good...)
}

func TestInfluxRejectsWhatItsRetentionForbids(t *testing.T) {
	server := testserver.Influx(t)
	ask(t, server, "ALTER RETENTION POLICY autogen ON foyer DURATION 48h SHARD DURATION 1h")
	s := openInflux(t, server.URL())
	now := energy.Instant(time.Now())
	old, young := r(hp, 0, 1), r(hp, 0, 2)
	old.At, young.At = now.Add(-100*time.Hour), now.Add(-time.Hour)
	var rejected *Rejected
	if err := s.Write(t.Context(), []energy.Reading{old, young}); !errors.As(err, &rejected) {
		t.Fatal(err)
	}
	want(t, rejected.Readings, old)
	want(t, all(t, s, "m-1"), young)
}

// TestInfluxLosesNothingOverKills has several writers try again while the
// server is killed and stopped under them.
func TestInfluxLosesNothingOverKills(t *testing.T) {
	server := testserver.Influx(t)
	s := openInflux(t, server.URL())
	const writers, batches, rows = 3, 60, 400
	var done, failed atomic.Int64
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for b := range batches {
				var rs []energy.Reading
				for i := range rows {
					one := r(hp, b*rows+i, int64(1<<53+b*rows+i))
					one.Meter = energy.MeterID(fmt.Sprintf("m-%d", w))
					rs = append(rs, one)
				}
				for s.Write(t.Context(), rs) != nil {
					if failed.Add(1); t.Context().Err() != nil {
						return
					}
					time.Sleep(5 * time.Millisecond)
				}
				done.Add(1)
			}
		})
	}
	for kill := range int64(5) {
		testserver.Wait(t, "some batches", func() bool { return done.Load() >= (kill+1)*writers*batches/8 })
		if kill%2 == 0 {
			server.Kill()
		} else {
			server.Stop()
		}
		before := failed.Load()
		testserver.Wait(t, "writes to fail", func() bool { return failed.Load() > before || done.Load() == writers*batches })
		server.Start()
	}
	wg.Wait()
	for w := range writers {
		rs := all(t, s, energy.MeterID(fmt.Sprintf("m-%d", w)))
		if len(rs) != batches*rows {
			t.Fatalf("%d of %d readings after %d failures", len(rs), batches*rows, failed.Load())
		}
		for i, one := range rs {
			if one.Value != int64(1<<53+i) || !one.At.Equal(r(hp, i, 0).At) {
				t.Fatal(i, one)
			}
		}
	}
}

// stub answers as f does and counts the requests.
func stub(t *testing.T, f http.HandlerFunc) (*Influx, *atomic.Int64) {
	t.Helper()
	var n atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n.Add(1)
		f(w, r)
	}))
	t.Cleanup(server.Close)
	s, err := OpenInflux(t.Context(), InfluxConfig{URL: "influx+" + server.URL + "/", Database: "foyer", Org: "coop", Token: secret.New("user:pass")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s, &n
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": "invalid", "message": message, "error": message})
}

func TestInflux2RefusesWith422(t *testing.T) {
	var kept strings.Builder
	s, _ := stub(t, func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		if q := req.URL.Query(); req.URL.Path != "/api/v2/write" || q.Get("bucket") != "foyer" || q.Get("org") != "coop" ||
			q.Get("precision") != "ms" || req.Header.Get("Authorization") != "Token user:pass" || req.Header.Get("Content-Encoding") != "" {
			refuse(w, http.StatusBadRequest, "unexpected request "+req.URL.String())
			return
		}
		if strings.Contains(string(body), "temperature=13i") {
			refuse(w, http.StatusUnprocessableEntity, "failure writing points to database: partial write: field type conflict: input m-1")
			return
		}
		kept.Write(body)
		w.WriteHeader(http.StatusNoContent)
	})
	err := s.Write(t.Context(), []energy.Reading{r(hp, 0, 1), r(temp, 1, 13), r(hp, 2, 3)})
	var rejected *Rejected
	if !errors.As(err, &rejected) || strings.Contains(err.Error(), "m-1") {
		t.Fatal(err)
	}
	want(t, rejected.Readings, r(temp, 1, 13))
	if got := kept.String(); !strings.Contains(got, "energy_import/hp=1i") || !strings.Contains(got, "energy_import/hp=3i") {
		t.Fatal(got)
	}
}

func TestInfluxGetsSmallerBatchesWhenItAsks(t *testing.T) {
	var lines atomic.Int64
	s, _ := stub(t, func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		n := strings.Count(string(body), "\n")
		if n > 30 {
			refuse(w, http.StatusRequestEntityTooLarge, "request entity too large")
			return
		}
		lines.Add(int64(n))
		w.WriteHeader(http.StatusNoContent)
	})
	var rs []energy.Reading
	for i := range 100 {
		rs = append(rs, r(hp, i, 1))
	}
	if err := s.Write(t.Context(), rs); err != nil || lines.Load() != 100 {
		t.Fatal(lines.Load(), err)
	}
}

// TestInfluxFailsWithANextStep answers as servers in trouble do. No error may
// reject a reading that could be written later, nor name a meter.
func TestInfluxFailsWithANextStep(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		message string
		want    string
	}{
		"no database":       {404, `database not found: "foyer"`, "CREATE DATABASE"},
		"no bucket":         {404, `bucket "foyer" not found`, "CREATE DATABASE"},
		"wrong token":       {401, "unauthorized access", "does not accept the token"},
		"no right":          {403, "forbidden", "does not accept the token"},
		"overloaded":        {503, "", "answers 503"},
		"too many":          {429, "", "answers 429"},
		"broken":            {500, "engine: cache maximum memory size exceeded", "cache maximum memory"},
		"series limit":      {400, `partial write: max-values-per-tag limit exceeded (100000/100000): measurement="reading" tag="meter" value="m-1" dropped=1`, "answers 400"},
		"set up wrongly":    {400, "bucket m-1 is required", "answers 400"},
		"a proxy's refusal": {502, "bad gateway", "answers 502"},
	} {
		t.Run(name, func(t *testing.T) {
			s, n := stub(t, func(w http.ResponseWriter, _ *http.Request) { refuse(w, c.status, c.message) })
			err := s.Write(t.Context(), []energy.Reading{r(hp, 0, 1), r(hp, 1, 1)})
			var rejected *Rejected
			if err == nil || errors.As(err, &rejected) || !strings.Contains(err.Error(), c.want) || n.Load() != 1 {
				t.Error(n.Load(), err)
			}
			_, readErr := s.Read(t.Context(), "m-1", origin, origin.Add(time.Hour))
			for _, err := range []error{err, readErr, s.Erase(t.Context(), "m-1")} {
				if err == nil || strings.Contains(err.Error(), "m-1") || strings.Contains(err.Error(), "pass") || !strings.Contains(err.Error(), "docs/reference/config.md#series") {
					t.Error(err)
				}
			}
		})
	}
	t.Run("not running", func(t *testing.T) {
		server := testserver.Influx(t)
		s := openInflux(t, server.URL())
		server.Kill()
		_, readErr := s.Before(t.Context(), "m-1", hp, origin, 1)
		for _, err := range []error{s.Write(t.Context(), []energy.Reading{r(hp, 0, 1)}), readErr, s.Ping(t.Context()), s.Erase(t.Context(), "m-1")} {
			if err == nil || !strings.Contains(err.Error(), "Is it running?") || strings.Contains(err.Error(), "m-1") {
				t.Error(err)
			}
		}
	})
	t.Run("silent", func(t *testing.T) {
		stop := make(chan struct{})
		s, _ := stub(t, func(http.ResponseWriter, *http.Request) { <-stop })
		t.Cleanup(func() { close(stop) })
		s.timeout = 50 * time.Millisecond
		_, readErr := s.After(t.Context(), "m-1", hp, origin, 1)
		for _, err := range []error{s.Write(t.Context(), []energy.Reading{r(hp, 0, 1)}), readErr} {
			if err == nil || !strings.Contains(err.Error(), "does not answer in time") || strings.Contains(err.Error(), "m-1") {
				t.Error(err)
			}
		}
	})
}

// TestInfluxTrustsNoDamagedAnswer wants an error where an answer is not whole:
// a part taken for the whole would look like a home that used nothing.
func TestInfluxTrustsNoDamagedAnswer(t *testing.T) {
	const columns = `"columns":["time","arrival","energy_import/hp"]`
	for name, answer := range map[string]string{
		"nothing":            ``,
		"no JSON":            `<html>`,
		"cut":                `{"results":[{"statement_id":0,"series":[{"name":"reading",` + columns + `,"values":[[1,null,2],`,
		"a statement failed": `{"results":[{"statement_id":0,"error":"timeout"}]}`,
		"all failed":         `{"error":"shard 3 is not there"}`,
		"no result":          `{"results":[]}`,
		"cut by the server":  `{"results":[{"series":[{"name":"reading",` + columns + `,"values":[[1,null,2]],"partial":true}]}]}`,
		"more to come":       `{"results":[{"series":[{"name":"reading",` + columns + `,"values":[[1,null,2]]}],"partial":true}]}`,
		"two series":         `{"results":[{"series":[{` + columns + `,"values":[]},{` + columns + `,"values":[]}]}]}`,
		"a fraction":         `{"results":[{"series":[{` + columns + `,"values":[[1,null,2.5]]}]}]}`,
		"a large number":     `{"results":[{"series":[{` + columns + `,"values":[[1,null,9223372036854775808]]}]}]}`,
		"a text":             `{"results":[{"series":[{` + columns + `,"values":[[1,null,"2"]]}]}]}`,
		"a text for a time":  `{"results":[{"series":[{` + columns + `,"values":[["2026-01-01T00:00:00Z",null,2]]}]}]}`,
		"a short row":        `{"results":[{"series":[{` + columns + `,"values":[[1,null]]}]}]}`,
		"an empty row":       `{"results":[{"series":[{` + columns + `,"values":[[]]}]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			s, _ := stub(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/json")
				_, _ = io.WriteString(w, answer)
			})
			if rs, err := s.Read(t.Context(), "m-1", origin, origin.Add(time.Hour)); err == nil {
				t.Errorf("read %v", rs)
			}
			if rs, err := s.Before(t.Context(), "m-1", hp, origin, 3); err == nil {
				t.Errorf("before %v", rs)
			}
		})
	}
	t.Run("connection lost", func(t *testing.T) {
		s, _ := stub(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"results":[{"statement_id":0}]}`)
		})
		if rs, err := s.Read(t.Context(), "m-1", origin, origin.Add(time.Hour)); err == nil {
			t.Errorf("read %v", rs)
		}
	})
}

func TestInfluxErasesWhereDropSeriesIsUnknown(t *testing.T) {
	var statements []string
	s, _ := stub(t, func(w http.ResponseWriter, req *http.Request) {
		q := req.URL.Query().Get("q")
		statements = append(statements, req.Method+" "+q)
		w.Header().Set("Content-Type", "application/json")
		if strings.HasPrefix(q, "DROP") {
			_, _ = io.WriteString(w, `{"results":[{"statement_id":0,"error":"not implemented: DROP SERIES"}]}`)
			return
		}
		_, _ = io.WriteString(w, `{"results":[{"statement_id":0}]}`)
	})
	if err := s.Erase(t.Context(), "m-1"); err != nil {
		t.Fatal(err)
	}
	if want := `POST DROP SERIES FROM "reading" WHERE "meter" = 'm-1'; POST DELETE FROM "reading" WHERE "meter" = 'm-1'`; strings.Join(statements, "; ") != want {
		t.Fatal(statements)
	}
}

func TestInfluxConfigReportsAllFaults(t *testing.T) {
	if err := DefaultInflux().Validate(); err != nil {
		t.Error(err)
	}
	for _, c := range []InfluxConfig{
		{URL: "", Database: "foyer"},
		{URL: "127.0.0.1:8086", Database: "foyer"},
		{URL: "influx+ftp://a", Database: "foyer"},
		{URL: "http://a/path", Database: "foyer"},
		{URL: "http://a?db=x", Database: "foyer"},
		{URL: "http://user:topsecret@a", Database: "foyer"},
		{URL: "http://us er:topsecret@a", Database: "foyer"},
		{URL: "http://a", Database: ""},
		{URL: "http://a", Database: `x"; DROP DATABASE y`},
	} {
		if err := c.Validate(); err == nil || strings.Contains(err.Error(), "topsecret") {
			t.Errorf("%+v: %v", c, err)
		}
		if _, err := OpenInflux(t.Context(), c); err == nil {
			t.Errorf("opened %+v", c)
		}
	}
	if err := (InfluxConfig{URL: "x"}).Validate(); strings.Count(err.Error(), "series.") != 2 {
		t.Error(err)
	}
}

// TestInfluxKeepsWhatItConfirmedAfterATornWrite leaves half a record at the end
// of each log of the server, as a power cut does.
func TestInfluxKeepsWhatItConfirmedAfterATornWrite(t *testing.T) {
	server := testserver.Influx(t)
	s := openInflux(t, server.URL())
	write(t, s, r(hp, 0, 1))
	server.Kill()
	logs, err := filepath.Glob(filepath.Join(server.Dir(), "wal", "*", "*", "*", "_*.wal"))
	if err != nil || len(logs) == 0 {
		t.Fatal(logs, err)
	}
	for _, log := range logs {
		whole, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(log, append(whole, whole[:len(whole)/2]...), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 3 {
		server.Start()
		write(t, s, r(hp, i+1, 1))
		server.Stop()
	}
	server.Start()
	want(t, all(t, s, "m-1"), r(hp, 0, 1), r(hp, 1, 1), r(hp, 2, 1), r(hp, 3, 1))
}
