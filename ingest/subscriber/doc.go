// Package subscriber takes messages from an MQTT broker of its own standing, such
// as mosquitto, and acknowledges each once it is kept.
//
// Its session is persistent: what comes while nobody reads waits in the broker,
// and what was not acknowledged comes again after a reconnection. It knows topics
// and connections, and nothing of what a message means.
package subscriber
