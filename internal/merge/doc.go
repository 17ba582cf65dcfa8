// Package merge merges three Markdown drafts of one edition: the base, which the tool
// wrote last, what people made of it, and the fresh one, which the tool would write now.
// Texts come in, one text and a report go out. It reads no file, no clock and no network.
//
// [Merge] is the whole of it; [Belongs] says whether a page is a draft of the edition.
//
// # Blocks
//
// A text is split into blocks: headings, paragraphs, list items, code, HTML and shortcodes,
// quotations, rows of tables, thematic breaks, and the keys of YAML front matter. A heading
// contains what follows it, a list item what is indented under it, the head of a table its
// rows. Code, quotations, HTML and paired shortcodes are never taken apart. One that is never closed is
// an ordinary paragraph, so that a slip cannot hide the rest of the file. The last thematic
// break begins the closing words, which belong to no section. Notes of the tool at the end
// of a section (a quotation with a bold label, a line that begins with an ellipsis) belong
// to the section, not to its last item.
//
// # Which blocks are the same
//
// The file has no marks for this. A heading, a list item or a row that has a link, or a
// paragraph that begins with one, is an item: it is identified by its first link, ignoring
// GitHub's redirecting host, the case of names and the anchors of comments. A story in one
// line, which is led by its newest release, is also found by the others, and so is a story whose
// releases are listed under a heading without a link. Links in other texts, such as the summary of
// an edition, only mention items. Other texts are the same if they say the same under the same
// parent. Headings are also identified by what is under them, so that a renamed section is found.
// Next come items that are another kind of block now, texts that people moved, and finally texts
// that are similar and have the same neighbours. Texts are compared in a normal form: line breaks,
// bullets and numbers of lists, marks of emphasis, needless backslashes, entities, the padding of
// tables and the kind of heading are formatting.
//
// # What happens to a block
//
//   - Unedited: it gets the fresh text, or goes if it is gone at the source.
//   - Edited: it stays. If the source changed it too, the report has all three texts. If it
//     is gone at the source, it stays with all its parts and is reported. Adding or deleting
//     a part of an item, or moving the item to another section, is an edit.
//   - Deleted by a person: it stays deleted with all its parts, wherever the tool puts it.
//   - Moved to another section by a person: it stays there, and its text is refreshed. What
//     only the tool moved follows the tool.
//   - Added by a person: it stays, after what it follows.
//   - New: it is added after what it follows in the fresh text, once. An item that a person
//     has linked to already is not added but reported.
//
// The order of a section is the tool's until a person changes it, and the person's from
// then on.
//
// A new row of a deleted table brings the head of the table with it. A new item whose
// section a person deleted goes beside the neighbour that it would follow,
// if that one was moved, or else its heading is written again with the item alone under it.
// Both are reported as stranded. The heading of a deleted item is never written again.
//
// # Laws
//
// For all texts: Merge(b, b, n) = n, Merge(b, e, b) = e, Merge(b, n, n) = n, with
// r = Merge(b, e, n), Merge(n, r, n) = r, and every line of e that says something b does
// not say is in r. The last one is checked after every merge; if it failed, e would be kept
// as it is, and the report would say so. For editions also Merge(b, r, n) = r.
//
// If a formatter has rewritten the blocks of a kind, those that were only reformatted count
// as unedited: they keep their formatting until the tool has a new text for them. If only
// some were, it was a person, and every line of e that is not in b is in r.
//
// # Odd texts
//
//   - Windows line ends, a byte order mark and a missing final newline stay as the edited
//     text has them. If line ends are mixed, every line keeps its own.
//   - Without a base, or with one that has nothing in common with the other texts, all of
//     the edited text is kept, and items that it does not link to are added to their
//     sections. The report has NoBase.
//   - Front matter that is TOML, or is not a plain list of keys, or has a duplicate key, is
//     kept as a whole and reported as unreadable. If it was removed, it stays removed.
//   - Links by label ([text][1]), as some formatters write them, are followed.
//   - An edited text that is not UTF-8 or has conflict markers of git is left alone, and so
//     are texts that are too large: [ErrLeftAlone].
package merge
