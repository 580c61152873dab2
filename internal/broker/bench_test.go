package broker

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"net"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/eclipse/paho.mqtt.golang/packets"
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/ingest/spool"
	"foyer/internal/energy"
	"foyer/internal/keyring"
	"foyer/internal/records"
	"foyer/internal/series"
)

// everyone is a registry that lets everybody in.
type everyone struct{ zone *time.Location }

func (e everyone) Verify(context.Context, string, string) (bool, error) { return true, nil }
func (e everyone) Lookup(_ context.Context, r ingest.DeviceRef) (ingest.Meter, error) {
	return ingest.Meter{ID: energy.MeterID(r.Gateway), State: ingest.Claimed, Zone: e.zone}, nil
}

func (e everyone) State(context.Context, energy.MeterID) (ingest.MeterState, time.Time, error) {
	return ingest.Claimed, time.Time{}, nil
}

// BenchmarkAcknowledged sends Tasmota messages from many gateways, 20 in flight
// each, through the broker into a spool that drains into SQLite.
func BenchmarkAcknowledged(b *testing.B) {
	for _, gateways := range []int{1, 50, 1000} {
		b.Run(fmt.Sprint(gateways, "_gateways"), func(b *testing.B) { acknowledge(b, gateways) })
	}
}

func acknowledge(b *testing.B, gateways int) {
	ctx, cancel := context.WithCancel(context.Background())
	dir, log := b.TempDir(), slog.New(slog.DiscardHandler)
	cfg := spool.Defaults()
	cfg.Path = filepath.Join(dir, "spool.db")
	keys, err := keyring.Open(ctx, keyring.Defaults().In(dir), time.Now)
	if err != nil {
		b.Fatal(err)
	}
	sp, err := spool.Open(ctx, cfg, keys, prometheus.NewRegistry())
	if err != nil {
		b.Fatal(err)
	}
	db, err := records.Open(ctx, "sqlite://"+filepath.Join(dir, "records.db"), keys)
	if err != nil {
		b.Fatal(err)
	}
	store, err := series.OpenSQLite(ctx, filepath.Join(dir, "readings.db"))
	if err != nil {
		b.Fatal(err)
	}
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		b.Fatal(err)
	}
	all := everyone{zone}
	handler, err := ingest.NewHandler(ctx, ingest.Parts{
		Meters: all, Spool: sp, Quarantine: sp, Memory: db, Zone: zone, Log: log, Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		b.Fatal(err)
	}
	drain := ingest.NewDrain(ingest.DrainParts{
		Backlog: sp, Waiting: sp, Meters: all, Marks: db, Turn: db.Turn(sp.ID()), Series: store,
		Step: handler.Step, Now: time.Now, Log: log, Metrics: prometheus.NewRegistry(),
	})
	bc := Defaults()
	bc.Listen, bc.MaxClients, bc.MaxRate = "127.0.0.1:0", 2000, 1_000_000
	br, err := Listen(ctx, bc, Parts{
		Handler: handler, Gateways: all, World: time.Now, Wall: time.Now, Log: log, Metrics: prometheus.NewRegistry(),
	})
	if err != nil {
		b.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() { _ = br.Run(ctx) })
	drainCtx, stopDrain := context.WithCancel(context.Background())
	running.Go(func() { _ = drain.Run(drainCtx) })
	waits := send(b, br.Addr(), gateways, zone)
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
	slices.Sort(waits)
	b.ReportMetric(float64(waits[len(waits)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(waits[len(waits)*99/100].Microseconds())/1000, "p99-ms")
	for {
		batch, err := sp.Take(context.Background(), 1)
		if err != nil {
			b.Fatal(err)
		}
		if batch.Through == 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "drained/s")
	b.StopTimer()
	cancel()
	stopDrain()
	running.Wait()
	if err := sp.Close(); err != nil {
		b.Error(err)
	}
	_, _, _ = store.Close(), db.Close(), keys.Close()
}

// send publishes b.N messages and returns how long each waited for its PUBACK.
func send(b *testing.B, addr string, gateways int, zone *time.Location) []time.Duration {
	conns := make([]net.Conn, gateways)
	for i := range conns {
		conn, err := net.Dial("tcp", addr)
		if err != nil {
			b.Fatal(err)
		}
		defer conn.Close()
		id := fmt.Sprint("g", i)
		if err := connectPacket(id, id, "x").Write(conn); err != nil {
			b.Fatal(err)
		}
		if _, err := packets.ReadPacket(conn); err != nil {
			b.Fatal(err)
		}
		conns[i] = conn
	}
	first := time.Now().Add(-time.Hour).Truncate(time.Second)
	waits := make([][]time.Duration, gateways)
	var group sync.WaitGroup
	b.ResetTimer()
	for i, conn := range conns {
		group.Go(func() {
			in, out, n := bufio.NewReader(conn), bufio.NewWriter(conn), b.N/gateways
			if i < b.N%gateways {
				n++
			}
			sent := make([]time.Time, n)
			for next, acked := 0, 0; acked < n; acked++ {
				for ; next < n && next < acked+20; next++ {
					payload := fmt.Sprintf(`{"Time":"%s","ENERGY":{"TotalStartTime":"2024-02-01T10:00:00","Total":%d.450,"Yesterday":1.200,"Today":0.310,"Period":4,"Power":%d,"ApparentPower":61,"ReactivePower":37,"Factor":0.79,"Voltage":231,"Current":0.264}}`,
						first.Add(time.Duration(next)*time.Second/10).In(zone).Format("2006-01-02T15:04:05.000"), 1000+next, next%3000)
					sent[next] = time.Now()
					p := publishPacket(fmt.Sprintf("foyer/g%d/tele/plug/SENSOR", i), 1, uint16(1+next%60000), payload)
					if err := p.Write(out); err != nil {
						b.Error(err)
						return
					}
				}
				if err := out.Flush(); err != nil {
					b.Error(err)
					return
				}
				if _, err := packets.ReadPacket(in); err != nil {
					b.Error(err)
					return
				}
				waits[i] = append(waits[i], time.Since(sent[acked]))
			}
		})
	}
	group.Wait()
	return slices.Concat(waits...)
}

// keepNothing takes every message at once.
type keepNothing struct{}

func (keepNothing) Handle(context.Context, ingest.Message) error { return nil }

// BenchmarkProtocolAlone is what the broker costs without what it takes messages for.
func BenchmarkProtocolAlone(b *testing.B) {
	for _, gateways := range []int{1, 50, 1000} {
		b.Run(fmt.Sprint(gateways, "_gateways"), func(b *testing.B) {
			ctx, cancel := context.WithCancel(context.Background())
			cfg := Defaults()
			cfg.Listen, cfg.MaxClients, cfg.MaxRate = "127.0.0.1:0", 2000, 1_000_000
			br, err := Listen(ctx, cfg, Parts{
				Handler: keepNothing{}, Gateways: everyone{time.UTC}, World: time.Now, Wall: time.Now,
				Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(),
			})
			if err != nil {
				b.Fatal(err)
			}
			done := make(chan error)
			go func() { done <- br.Run(ctx) }()
			send(b, br.Addr(), gateways, time.UTC)
			b.StopTimer()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msgs/s")
			cancel()
			if err := <-done; err != nil {
				b.Error(err)
			}
		})
	}
}
