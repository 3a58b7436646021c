package backup

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
)

// partSize is the size of the parts of a base backup. S3 takes at most 10,000
// pieces for an object, which are 5 MiB each.
const partSize = 1 << 30

func partName(name string, i int) string { return fmt.Sprintf("%s.%04d", name, i) }

// putParts stores what src has, sealed, in objects of partSize bytes. It returns
// their sizes.
func (r *Repository) putParts(ctx context.Context, name string, src io.Reader, partSize int64) (sizes []int64, err error) {
	s := sealed(src, r.keys.Recipients, true)
	defer s.Close()
	in := bufio.NewReaderSize(s, 64<<10)
	for i := 0; ; i++ {
		if _, err := in.Peek(1); errors.Is(err, io.EOF) {
			return sizes, nil
		} else if err != nil {
			return nil, err
		}
		w, err := r.store.Write(ctx, r.key(partName(name+r.endOf(true), i)), io.LimitReader(in, partSize), math.MaxInt64)
		if err != nil {
			return nil, fmt.Errorf("store part %d: %w", i, err)
		}
		sizes = append(sizes, w.Size)
	}
}

// getParts opens what putParts has stored.
func (r *Repository) getParts(ctx context.Context, name string, encrypted bool, sizes []int64) (io.ReadCloser, error) {
	name += compressedName
	if encrypted {
		name += encryptedName
	}
	p := &partReader{ctx: ctx, r: r, name: name, sizes: sizes}
	plain, err := unsealed(name, p, r.keys.Identities)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return readCloser{plain, p}, nil
}

// partReader reads the parts one after the other.
type partReader struct {
	ctx   context.Context
	r     *Repository
	name  string
	sizes []int64
	next  int
	part  io.ReadCloser
	left  int64
}

// Read implements io.Reader.
func (p *partReader) Read(b []byte) (int, error) {
	for p.left == 0 {
		if err := p.Close(); err != nil {
			return 0, err
		}
		if p.next == len(p.sizes) {
			return 0, io.EOF
		}
		part, err := p.r.store.Read(p.ctx, p.r.key(partName(p.name, p.next)), 0, -1)
		if err != nil {
			return 0, fmt.Errorf("part %d: %w", p.next, err)
		}
		p.part, p.left = part, p.sizes[p.next]
		p.next++
	}
	n, err := p.part.Read(b[:min(int64(len(b)), p.left)])
	p.left -= int64(n)
	if errors.Is(err, io.EOF) {
		err = nil
		if p.left > 0 {
			err = fmt.Errorf("part %d is %d bytes too short", p.next-1, p.left)
		}
	}
	return n, err
}

// Close closes the part that is being read.
func (p *partReader) Close() error {
	if p.part == nil {
		return nil
	}
	err := p.part.Close()
	p.part = nil
	return err
}
