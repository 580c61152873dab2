// Package app opens, runs and closes all of Foyer: it turns URLs into backends,
// holds the two clocks, and plugs each part into the interfaces of its callers.
//
// It decides nothing about readings, money or consent.
package app
