package markdown

// Shorten returns the beginning of a text that is no Markdown, such as a feed's summary, encoded and cut like
// [Text.Excerpt].
func (t Text) Shorten(limit int) string {
	return encode(shorten(clean(head(t.raw, maxInput)), limit), inParagraph)
}
