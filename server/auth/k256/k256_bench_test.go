package k256

import (
	"crypto/sha256"
	"testing"

	"github.com/bluesky-social/indigo/atproto/atcrypto"
)

func BenchmarkVerify(b *testing.B) {
	private, err := atcrypto.GeneratePrivateKeyK256()
	if err != nil {
		b.Fatal(err)
	}
	public, err := private.PublicKey()
	if err != nil {
		b.Fatal(err)
	}
	content := []byte("signed content")
	signature, err := private.HashAndSign(content)
	if err != nil {
		b.Fatal(err)
	}
	table, err := NewTable(public.UncompressedBytes())
	if err != nil {
		b.Fatal(err)
	}
	b.Run("library", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if public.HashAndVerifyLenient(content, signature) != nil {
				b.Fatal("refused")
			}
		}
	})
	b.Run("table", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if !table.Verify(sha256.Sum256(content), signature) {
				b.Fatal("refused")
			}
		}
	})
	b.Run("make a table", func(b *testing.B) {
		b.ReportAllocs()
		encoded := public.UncompressedBytes()
		for b.Loop() {
			if _, err := NewTable(encoded); err != nil {
				b.Fatal(err)
			}
		}
	})
}
