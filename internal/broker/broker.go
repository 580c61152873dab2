package broker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/prometheus/client_golang/prometheus"

	"foyer/ingest"
	"foyer/internal/listen"
)

// recheck is the time between two looks at who may stay: a revoked gateway is gone
// within two of them.
const recheck = 500 * time.Millisecond

// A Handler takes messages in: [ingest.Handler].
type Handler interface {
	// Handle returns nil only when m is safe.
	Handle(ctx context.Context, m ingest.Message) error
}

// Gateways knows who may publish.
type Gateways interface {
	// Verify reports whether a gateway shows its own secret.
	Verify(ctx context.Context, gateway, secret string) (bool, error)
}

// Parts are what a [Broker] works with.
type Parts struct {
	Handler  Handler
	Gateways Gateways
	Mounts   ingest.Mounts
	World    func() time.Time // of arrivals
	Wall     func() time.Time // of sockets and of how long a secret counts as verified
	Log      *slog.Logger
	Metrics  prometheus.Registerer
}

// A Broker listens for gateways.
type Broker struct {
	server   *mqtt.Server
	listener *listener
	hook     *hook
	tls      bool
}

// Listen opens the address of cfg. Connections are served once [Broker.Run] runs;
// without it [Broker.Close] gives the address back.
func Listen(ctx context.Context, cfg Config, p Parts) (*Broker, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("open the broker: %w", err)
	}
	log := p.Log.With("component", "broker")
	var lc net.ListenConfig
	socket, err := lc.Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return nil, fmt.Errorf("open the broker: %w", err)
	}
	if cfg.CertFile != "" {
		pair, err := listen.OpenCertificate(cfg.CertFile, cfg.KeyFile, log)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("open the broker: %w", err), socket.Close())
		}
		socket = pair.Listener(socket)
	}
	b := &Broker{tls: cfg.CertFile != ""}
	m := newMetrics(p.Metrics)
	b.hook = newHook(cfg, p, log, m)
	b.listener = newListener(socket, p.Wall, log, m, b.hook.forget)
	b.hook.welcome = b.listener.welcome
	b.server = mqtt.New(options(cfg))
	b.hook.server = b.server
	if err := errors.Join(b.server.AddHook(b.hook, nil), b.server.AddListener(b.listener)); err != nil {
		return nil, errors.Join(fmt.Errorf("open the broker: %w", err), socket.Close())
	}
	return b, nil
}

func options(cfg Config) *mqtt.Options {
	c := mqtt.NewDefaultServerCapabilities()
	c.MaximumClients = math.MaxInt64                 // the hook counts gateways
	c.MaximumPacketSize = uint32(cfg.MaxPacketBytes) //nolint:gosec // Validate bounds it to a mebibyte
	c.ReceiveMaximum = 100                           // of QoS 2 that wait for a PUBREL
	c.MaximumClientWritesPending = 16                // nothing is ever queued for a client
	c.MaximumSessionExpiryInterval = 60
	c.TopicAliasMaximum = 0
	return &mqtt.Options{
		Capabilities: c,
		// Its topics are served to nobody, and its lines name clients and quote payloads.
		SysTopicResendInterval: 24 * 60 * 60,
		Logger:                 slog.New(slog.DiscardHandler),
	}
}

// Addr returns the address gateways connect to, host:port.
func (b *Broker) Addr() string { return b.listener.Address() }

// Run serves gateways until ctx ends. It returns once what was being handled is
// kept or refused and every connection is closed.
func (b *Broker) Run(ctx context.Context) error {
	b.hook.begin(context.WithoutCancel(ctx))
	if err := b.server.Serve(); err != nil {
		return errors.Join(fmt.Errorf("serve gateways: %w", err), b.Close())
	}
	check := time.NewTicker(recheck)
	defer check.Stop()
	for {
		select {
		case <-ctx.Done():
			b.hook.finish()
			return b.server.Close()
		case <-check.C:
			b.hook.recheck(ctx)
		}
	}
}

// Close gives the address back. After Run it is not needed.
func (b *Broker) Close() error {
	b.listener.Close(nil)
	return nil
}
