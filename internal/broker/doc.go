// Package broker is the embedded MQTT broker: it takes what gateways publish and
// acknowledges it once it is kept.
//
// It serves publishers of MQTT 3.1.1 alone. A subscription is answered and gets
// nothing; there are no sessions, no retained messages and no last wills. The
// protocol is mochi-mqtt's, behind guards for everything it leaves open. The
// package knows gateways by name and secret, and nothing of what they publish.
package broker
