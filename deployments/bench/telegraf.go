package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// telegrafInflight is how many messages mosquitto may have unacknowledged at the peer.
const telegrafInflight = 60_000

// telegrafConfig is the peer at its fastest: much unacknowledged, large batches,
// often, without compression. It takes the time from the message, as Foyer does.
const telegrafConfig = `[agent]
  interval = "1s"
  metric_batch_size = 10000
  metric_buffer_limit = 100000
  flush_interval = "200ms"
  omit_hostname = true
[[inputs.mqtt_consumer]]
  servers = ["tcp://%[1]s"]
  topics = ["foyer/#"]
  qos = 1
  persistent_session = true
  client_id = "%[3]s"
  username = "%[3]s"
  password = "%[4]s"
  max_undelivered_messages = 40000
  data_format = "json"
  json_time_key = "Time"
  json_time_format = "2006-01-02T15:04:05"
  json_timezone = "%[5]s"
[[outputs.influxdb]]
  urls = ["http://%[2]s"]
  database = "%[6]s"
  skip_database_creation = true
  content_encoding = "identity"
`

// startTelegraf starts the peer between a broker and InfluxDB.
func startTelegraf(ctx context.Context, binary, dir, broker, influx string) (*process, error) {
	file := filepath.Join(dir, "telegraf.conf")
	text := fmt.Sprintf(telegrafConfig, broker, influx, reader, readerSecret, zone, database)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	p, err := start(dir, "telegraf", binary, "--config", file)
	if err != nil {
		return nil, err
	}
	if err := p.says(ctx, "Connected"); err != nil {
		p.stop()
		return nil, err
	}
	return p, nil
}
