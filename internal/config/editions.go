package config

import (
	"fmt"
	"strings"

	"golang.org/x/text/language"

	"github.com/community-digest/digest/digest"
)

// Edition is one language of the weekly.
type Edition struct {
	// Language is a BCP 47 tag, such as zh-CN.
	Language string
	// Title is the weekly's name in this language; the configuration's own where it has no other.
	Title string
	// Template makes the page; it has been parsed and tried.
	Template *digest.Template
	// Path expands to where the draft lies; [Edition.File] does that and checks it.
	Path *digest.Template
	// FrontMatter is as configured; [Edition.Fields] expands it.
	FrontMatter []Field
}

// File returns where the draft lies: a path with slashes, under the output folder.
// It is checked again, as a template may put into it what was collected.
func (e Edition) File(ed digest.Edition) (string, error) {
	p, err := e.file(ed)
	if err != nil {
		return "", fmt.Errorf("path of the %s edition: %w", e.Language, err)
	}
	return p, nil
}

func (e Edition) file(ed digest.Edition) (string, error) {
	// Paths come from numbers, days and the configuration, never from what was collected.
	p, err := e.Path.Execute(ed.Head())
	if err != nil {
		return "", err
	}
	if p == "." {
		return "", fmt.Errorf("%q is a folder", p)
	}
	return p, checkPath(p)
}

func decodeEditions(v value, t templates, title, state, picks string) []Edition {
	var editions []Edition
	items := v.list()
	if isEmptyList(v) {
		v.problem("the list is empty: want at least one language")
	}
	languages, files := map[string]int{}, map[string]int{} // to the item that has it
	for i, item := range items {
		m := item.mapping()
		e, lang := decodeEdition(m, t, title)
		if e.Language != "" {
			if first, twice := languages[e.Language]; twice {
				lang.problem("the language %s stands twice: first in editions[%d]", e.Language, first)
			} else {
				languages[e.Language] = i
			}
		}
		if p := m.get("path"); e.Path != nil {
			file := strings.ToLower(checkDraft(p, e, state, picks))
			if first, twice := files[file]; twice {
				p.problem("%q is the path of editions[%d] too", file, first)
			} else if file != "" {
				files[file] = i
			}
		}
		editions = append(editions, e)
	}
	return editions
}

func decodeEdition(m *mapping, t templates, title string) (e Edition, lang value) {
	lang = m.require("language", "a language tag such as zh-CN or en")
	e.Language = decodeLanguage(lang)
	tag := e.Language
	if tag == "" {
		tag = "en" // to go on and find the other problems
	}
	if e.Language != "" || m.has("template") {
		e.Template = t.page(m.get("template"), lang, tag)
	}
	e.Title = m.get("title").text(title)
	p := m.get("path")
	if text := p.text(`weekly/{{printf "%02d" .Number}}/index.` + tag + `.md`); text != "" {
		e.Path = p.template(text, tag)
	}
	e.FrontMatter = decodeFrontMatter(m.get("front_matter"), tag)
	m.get("template") // known, also when it was not looked for
	m.close()
	return e, lang
}

// decodeLanguage demands the usual spelling: the tag becomes part of file names.
func decodeLanguage(v value) string {
	s := v.text("")
	if s == "" {
		return ""
	}
	tag, err := language.Raw.Parse(s)
	switch {
	case err != nil || tag == language.Und:
		v.problem("%q is not a language tag: want one such as zh-CN or en", shorten(s))
	case tag.String() != s:
		v.problem("%q: write %q", shorten(s), tag.String())
	default:
		return s
	}
	return ""
}

// checkDraft returns the path of a draft for a sample edition, or nothing when it is wrong.
func checkDraft(v value, e Edition, state, picks string) string {
	file, err := e.file(digest.Sample())
	switch {
	case err != nil:
		v.problem("%v", err)
	case inside(state, file):
		v.problem("%q lies in %q, the folder for the state", file, state)
	case inside(file, picks):
		v.problem("%q is in the way of %q, the file of picks", file, picks)
	default:
		return file
	}
	return ""
}
