package subscriber

import "github.com/eclipse/paho.mqtt.golang/packets"

// nothing is paho's store of what is on its way, and keeps none of it: each session has
// a client of its own, and the broker knows what was not acknowledged.
type nothing struct{}

func (nothing) Open()                             {}
func (nothing) Put(string, packets.ControlPacket) {}
func (nothing) Get(string) packets.ControlPacket  { return nil }
func (nothing) All() []string                     { return nil }
func (nothing) Del(string)                        {}
func (nothing) Close()                            {}
func (nothing) Reset()                            {}
