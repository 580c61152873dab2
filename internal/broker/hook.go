package broker

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	mqtt "github.com/mochi-mqtt/server/v2"
	"github.com/mochi-mqtt/server/v2/packets"

	"foyer/ingest"
)

const (
	handleFor = 30 * time.Second // a message that is not kept by then comes again
	// The longest keep-alive in seconds. mochi adds half of it in 16 bits, and takes
	// 0 for no limit at all.
	maxKeepalive = 43_000
)

// A hook decides everything that mochi asks: who comes in, who may publish where,
// what is acknowledged. What it does not allow is denied.
type hook struct {
	mqtt.HookBase
	cfg     Config
	parts   Parts
	log     *slog.Logger
	metrics *metrics
	server  *mqtt.Server

	guests   sync.Map // net.Conn -> *guest
	doors    doors
	welcome  func(net.Conn) // called when a connection has become a guest's
	handling sync.RWMutex
	closing  atomic.Bool
	failing  atomic.Bool     // the last message could not be kept
	quit     chan struct{}   // closed with closing
	ctx      context.Context //nolint:containedctx // mochi's hooks have none; it carries what Run was given
}

func newHook(cfg Config, p Parts, log *slog.Logger, m *metrics) *hook {
	return &hook{cfg: cfg, parts: p, log: log, metrics: m, quit: make(chan struct{}), ctx: context.Background()}
}

// ID names the hook for mochi.
func (h *hook) ID() string { return "foyer" }

// Provides lists what the hook decides.
func (h *hook) Provides(b byte) bool {
	switch b {
	case mqtt.OnConnect, mqtt.OnConnectAuthenticate, mqtt.OnPacketRead, mqtt.OnACLCheck, mqtt.OnPublish, mqtt.OnPacketEncode:
		return true
	default:
		return false
	}
}

func (h *hook) begin(ctx context.Context) { h.ctx = ctx }

// finish turns further messages away and waits for those being handled.
func (h *hook) finish() {
	if !h.closing.Swap(true) {
		close(h.quit)
	}
	h.handling.Lock()   // every handling message holds it for reading
	h.handling.Unlock() //nolint:staticcheck // waiting is all
}

// forget drops what is known of a connection.
func (h *hook) forget(conn net.Conn) {
	if got, ok := h.guests.LoadAndDelete(conn); ok {
		h.doors.leave(got.(*guest).door)
		h.metrics.clients.Dec()
	}
}

// guest returns who is at the other end of a client's connection, nil for a stranger.
func (h *hook) guest(cl *mqtt.Client) *guest {
	if got, ok := h.guests.Load(cl.Net.Conn); ok {
		return got.(*guest)
	}
	return nil
}

// caught counts a panic. The caller denies.
func (h *hook) caught(p any) bool {
	if p == nil {
		return false
	}
	h.metrics.panics.Inc()
	h.log.Error("a decision about a client ended in a panic")
	return true
}

// OnConnect lets a gateway in that speaks MQTT 3.1.1, names itself and shows its
// secret.
func (h *hook) OnConnect(cl *mqtt.Client, pk packets.Packet) (err error) {
	defer func() {
		if h.caught(recover()) {
			err = packets.ErrUnspecifiedError
		}
	}()
	// What a client wants said after its death is nobody's reading.
	cl.Properties.Will = mqtt.Will{}
	if k := cl.State.Keepalive; k == 0 || k > maxKeepalive {
		cl.State.Keepalive = maxKeepalive
	}
	gateway := string(pk.Connect.Username)
	switch {
	case cl.Properties.ProtocolVersion > 4:
		// One short packet of version 5 would end the process; clients fall back.
		return h.refuse(cl, packets.ErrUnsupportedProtocolVersion, refusedVersion)
	case gateway == "" || cl.ID != gateway:
		// Else any gateway could take over another one's connection.
		return h.refuse(cl, packets.ErrClientIdentifierNotValid, refusedName)
	}
	ok, verifyErr := h.parts.Gateways.Verify(h.ctx, gateway, string(pk.Connect.Password))
	switch {
	case verifyErr != nil:
		h.log.Warn("cannot verify a gateway", "err", verifyErr)
		return h.refuse(cl, packets.ErrServerUnavailable, refusedUnavailable)
	case !ok:
		return h.refuse(cl, packets.ErrBadUsernameOrPassword, refusedSecret)
	}
	d, now := h.doors.of(gateway), h.parts.Wall()
	if !d.signIns.allows(now, signInRate, signInBurst) || !h.doors.enter(d, h.cfg.MaxClients) {
		return h.refuse(cl, packets.ErrServerUnavailable, refusedFull)
	}
	h.guests.Store(cl.Net.Conn, newGuest(gateway, string(pk.Connect.Password), cl, d, now))
	h.welcome(cl.Net.Conn)
	h.metrics.clients.Inc()
	h.metrics.connects[accepted].Inc()
	return nil
}

func (h *hook) refuse(cl *mqtt.Client, code packets.Code, why int) error {
	h.metrics.connects[why].Inc()
	_ = h.server.SendConnack(cl, code, false, nil) // the connection ends either way
	return code
}

// OnConnectAuthenticate reports whether OnConnect let the client in.
func (h *hook) OnConnectAuthenticate(cl *mqtt.Client, _ packets.Packet) bool {
	return h.guest(cl) != nil
}

// OnPacketRead lets a gateway that sends too fast wait, and all it has sent since.
//
// It ends a connection that publishes on a topic nobody may publish on: mochi would
// neither keep nor acknowledge it, and the client would wait for ever.
func (h *hook) OnPacketRead(cl *mqtt.Client, pk packets.Packet) (packets.Packet, error) {
	if g := h.guest(cl); g != nil {
		rate := float64(h.cfg.MaxRate)
		if wait := g.door.packets.take(h.parts.Wall(), rate, rate); wait > 0 {
			h.metrics.slowed.Inc()
			h.pause(wait)
		}
	}
	if pk.FixedHeader.Type == packets.Publish && !mqtt.IsValidFilter(pk.TopicName, true) {
		h.metrics.publishes[foreign].Inc()
		return pk, packets.ErrRejectPacket
	}
	return pk, nil
}

// pause returns after d, or when the broker is closing.
func (h *hook) pause(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-h.quit:
	}
}

// OnACLCheck lets a gateway publish on its own topics and nobody subscribe. A
// subscription is answered all the same, see OnPacketEncode.
func (h *hook) OnACLCheck(cl *mqtt.Client, topic string, write bool) (allowed bool) {
	defer func() {
		if h.caught(recover()) {
			allowed = false
		}
	}()
	if !write {
		return false
	}
	g := h.guest(cl)
	gateway, _, ok := h.parts.Mounts.Resolve(topic)
	if g == nil || !ok || gateway != g.gateway {
		h.metrics.publishes[foreign].Inc()
		return false
	}
	return true
}

// OnPacketEncode grants every subscription in words: many devices do not publish
// without the one to their commands. Nothing is ever served.
func (h *hook) OnPacketEncode(_ *mqtt.Client, pk packets.Packet) packets.Packet {
	if pk.FixedHeader.Type == packets.Suback {
		pk.ReasonCodes = make([]byte, len(pk.ReasonCodes)) // QoS 0, each
	}
	return pk
}

// OnPublish keeps a message. mochi acknowledges it after that, and only when the
// error is CodeSuccessIgnore, which also keeps it from subscribers.
func (h *hook) OnPublish(cl *mqtt.Client, pk packets.Packet) (_ packets.Packet, err error) {
	defer func() {
		if h.caught(recover()) {
			cl.Stop(packets.ErrUnspecifiedError)
			err = packets.ErrRejectPacket
		}
	}()
	h.handling.RLock()
	defer h.handling.RUnlock()
	if kept := h.handle(cl, pk); !kept {
		// A plain error would be acknowledged. Without its connection the gateway
		// sends again.
		cl.Stop(packets.ErrServerUnavailable)
		return pk, packets.ErrRejectPacket
	}
	return pk, packets.CodeSuccessIgnore
}

func (h *hook) handle(cl *mqtt.Client, pk packets.Packet) bool {
	g := h.guest(cl)
	if g == nil || h.closing.Load() {
		return false
	}
	ctx, cancel := context.WithTimeout(h.ctx, handleFor)
	defer cancel()
	if !h.stays(ctx, g, freshFor) {
		h.metrics.publishes[revoked].Inc()
		return false
	}
	err := h.parts.Handler.Handle(ctx, ingest.Message{
		Topic: pk.TopicName, Payload: pk.Payload, Gateway: g.gateway, At: h.parts.World(),
	})
	if err != nil {
		h.metrics.publishes[failed].Inc()
		level := slog.LevelDebug
		if !h.failing.Swap(true) {
			level = slog.LevelWarn // once until it works again: a full disk is no place for a line each
		}
		h.log.Log(ctx, level, "messages cannot be kept, their connections are closed", "err", err)
		return false
	}
	if h.failing.Load() && h.failing.Swap(false) {
		h.log.Info("messages are kept again")
	}
	h.metrics.publishes[kept].Inc()
	return true
}
