package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httputil"
	"strconv"
	"time"
)

// A wire is one connection of the cooperative's machine, on which one answer is read after
// the other by who asks. A client of net/http has two goroutines for each connection and
// takes headers apart that nobody looks up; what the asker needs of the processor, Foyer
// lacks.
type wire struct {
	conn net.Conn
	in   *bufio.Reader
	head string // of a request, after its path
	out  []byte
	says bytes.Buffer
}

// dial connects to an address as who shows a bearer token.
func dial(address, token string) (*wire, error) {
	conn, err := net.DialTimeout("tcp", address, 10*time.Second) //nolint:noctx // it has a timeout
	if err != nil {
		return nil, err
	}
	return &wire{
		conn: conn, in: bufio.NewReaderSize(conn, 16<<10),
		head: " HTTP/1.1\r\nHost: " + address + "\r\nAuthorization: Bearer " + token + "\r\n\r\n",
	}, nil
}

// ask returns the whole answer to a GET, status line and headers too, until the next one.
// An answer that does not read, or not within 30 s, is an error.
//
// Source: RFC 9112, sections 4 to 7.1.
func (w *wire) ask(path string) (status int, says []byte, err error) {
	if err := w.conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil { //nolint:forbidigo // the kernel's clock
		return 0, nil, err
	}
	w.out = append(append(append(w.out[:0], "GET "...), path...), w.head...)
	if _, err := w.conn.Write(w.out); err != nil {
		return 0, nil, err
	}
	w.says.Reset()
	length, chunked := int64(-1), false
	for first := true; ; first = false {
		line, err := w.in.ReadSlice('\n')
		if err != nil {
			return 0, nil, early(err)
		}
		w.says.Write(line)
		line = bytes.TrimRight(line, "\r\n")
		if first {
			if len(line) < len("HTTP/1.1 200") || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
				return 0, nil, fmt.Errorf("no status line: %q", line)
			}
			if status, err = strconv.Atoi(string(line[9:12])); err != nil {
				return 0, nil, fmt.Errorf("no status line: %q", line)
			}
			continue
		}
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		switch value = bytes.TrimSpace(value); {
		case bytes.EqualFold(name, []byte("Content-Length")):
			if length, err = strconv.ParseInt(string(value), 10, 64); err != nil {
				return 0, nil, fmt.Errorf("no length: %q", line)
			}
		case bytes.EqualFold(name, []byte("Transfer-Encoding")):
			chunked = bytes.EqualFold(value, []byte("chunked"))
		}
	}
	switch {
	case chunked:
		if _, err = w.says.ReadFrom(httputil.NewChunkedReader(w.in)); err == nil {
			_, err = w.in.Discard(len("\r\n")) // there are no trailers
		}
	case length >= 0:
		_, err = io.CopyN(&w.says, w.in, length)
	default:
		err = errors.New("an answer without an end")
	}
	return status, w.says.Bytes(), early(err)
}

// early says of an end that comes too early that it does.
func early(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (w *wire) close() { _ = w.conn.Close() }
