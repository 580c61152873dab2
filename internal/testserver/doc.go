// Package testserver starts the real servers a test needs: InfluxDB, mosquitto,
// PostgreSQL, finds Chromium, and keeps ready what each test would make anew.
//
// Each server runs on a free port of 127.0.0.1 with its own folder, is known to
// be this test's own process before anything is sent to it, and is gone when the
// test ends, also when the test is killed. A missing binary skips the test and
// says what to install; under FOYER_TEST_ALL=1 it fails it. Only tests and the fault
// trials of deployments/chaos import this package, and it knows nothing of what they
// test.
package testserver
