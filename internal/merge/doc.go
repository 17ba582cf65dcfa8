// Package merge merges three Markdown drafts of one edition: the base, which the tool
// wrote last, what people made of it, and what the tool would write now. Texts come in,
// one text and a report go out; it reads no file, no clock and no network.
//
// # Blocks
//
// A text is cut into blocks: headings, paragraphs, entries of lists, fences, HTML and
// shortcodes, quotations, tables, thematic breaks, and the keys of YAML front matter.
// Headings hold what stands beneath them, entries what is indented beneath them. A
// fence, a table, a quotation, an HTML block or a paired shortcode is never taken apart;
// one that nothing closes is an ordinary paragraph, so that a slip cannot hide the rest
// of the file. The last thematic break begins the closing words, which belong to no
// section, and notes of the tool at the end of a section (a quotation with a bold label,
// a line that begins with an ellipsis) belong to the section, not to its last item.
//
// # Which blocks are the same
//
// Nothing in the file marks a block. A heading or an entry is known by its first link,
// with GitHub's redirecting host, the case of names and comment anchors left out. Other
// texts are known by what they say beneath the same parent; headings, also by what
// stands beneath them, so a renamed section and a train with one more version are
// found; then, for people, texts that moved; at last what is alike between the same
// neighbours. What a block says is compared in a normal form: line breaks, bullets and
// numbers of lists, marks of emphasis, needless backslashes, entities, padding of tables
// and the kind of heading are formatting, not words.
//
// # What becomes of a block
//
//   - Nobody touched it: the new text is in. One that is gone at the source goes.
//   - A person changed it: the person's text stays, and if the source changed it too, the
//     report has all three texts. One that is gone at the source stays with all its
//     parts, and is reported. Deleting or adding a part of an item, or moving the item
//     beneath another heading, is a change.
//   - A person deleted it: it stays deleted with all its parts, wherever the tool would put it.
//   - A person moved it beneath another heading: it stays there, and its text is refreshed.
//     One that only the tool moved follows the tool.
//   - A person added it: it stays where it is, after what it follows.
//   - It is new: it stands once, after what it follows in the new text. An item to whose
//     link a person has written anything is not added, but reported.
//
// The order of a section is the tool's until a person changes it; from then on it is the
// person's, and what is new goes after what it follows in the new text.
//
// A new item whose section a person deleted goes beside the neighbour it would follow,
// if that was moved elsewhere, or else its heading is written again with the item alone
// beneath it; either is reported as stranded. The heading of a deleted item is never
// written again.
//
// # Laws
//
// For all texts: Merge(b, b, n) = n, Merge(b, e, b) = e, Merge(b, n, n) = n, with
// r = Merge(b, e, n), Merge(n, r, n) = r, and every line of e that says something b does
// not say is in r. The last one is checked again after every merge; if it failed, e would
// be kept as it is, and the report would say so. For editions also Merge(b, r, n) = r.
//
// Where a formatter has rewritten the blocks of a kind, one that was only formatted anew
// counts as untouched: it keeps its formatting until the tool has a new text for it. Where
// only some were, it was a person, and every line of e that is not in b is in r.
//
// # Odd texts
//
//   - Windows line ends, a byte order mark, a missing final newline: as the edited text has
//     them. Where line ends are mixed, every line keeps its own.
//   - No base, or one that has nothing in common with the other texts: all of the edited
//     text is kept; items to which it does not link are added in their sections; nothing
//     else is. The report has NoBase.
//   - Front matter that is TOML, or no YAML of keys at the outermost level, or has a key
//     twice: kept whole, reported as unreadable. Removed: it stays removed.
//   - Links by label ([text][1]), as some formatters write them, are followed.
package merge
