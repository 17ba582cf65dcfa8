package feed

import (
	"context"
	"errors"
	"fmt"
	"io"

	"golang.org/x/net/html"
)

// tokens is a tokenizer that stops at the bounds of this package.
type tokens struct {
	*html.Tokenizer
	ctx   context.Context
	count int
	err   error // why there are no more tokens
}

func newTokens(ctx context.Context, r io.Reader) *tokens {
	z := html.NewTokenizer(r)
	z.SetMaxBuf(maxToken)
	return &tokens{Tokenizer: z, ctx: ctx}
}

func (t *tokens) next() html.TokenType {
	if t.err == nil {
		t.count++
		t.err = t.exceeded()
	}
	if t.err != nil {
		return html.ErrorToken
	}
	kind := t.Next()
	switch kind {
	case html.ErrorToken:
		t.err = t.Err()
		if errors.Is(t.err, html.ErrBufferExceeded) {
			t.err = &SizeError{fmt.Sprintf("%d MiB in one element", maxToken>>20)}
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		// The tokenizer keeps a table of attributes that grows with the largest tag, and
		// clears it for each of the following ones.
		if raw := t.Raw(); len(raw) > 2*maxAttrs && separators(raw) > 2*maxAttrs {
			t.err = &SizeError{fmt.Sprintf("%d attributes in one tag", maxAttrs)}
			return html.ErrorToken
		}
	}
	return kind
}

func (t *tokens) exceeded() error {
	if t.count > maxTokens {
		return &SizeError{fmt.Sprintf("%d tokens", maxTokens)}
	}
	if t.count%1024 == 0 {
		return t.ctx.Err()
	}
	return nil
}

// separators counts in a tag what can stand between two attributes.
func separators(tag []byte) int {
	n, quote := 0, byte(0)
	for _, c := range tag {
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"', c == '\'':
			quote = c
			n++
		case c == ' ', c == '\n', c == '\t', c == '\r', c == '\f', c == '/':
			n++
		}
	}
	return n
}
