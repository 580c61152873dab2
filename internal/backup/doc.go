// Package backup copies an installation's stores into a folder while they are in use,
// and puts such a folder in their place again. It knows files, checksums and
// PostgreSQL's own tools, and must not know what the stores hold, nor any key.
package backup
