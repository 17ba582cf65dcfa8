package config

import (
	"fmt"
	"path"
	"path/filepath"

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
		return "", fmt.Errorf("%q is a directory", p)
	}
	return p, checkPath(p)
}

// decodeEditions reads the languages. Their paths are tried on successive editions: a draft
// must not be written over one of another edition, nor over another file of ours.
func (c *Config) decodeEditions(v value, t templates, successive []digest.Edition) {
	items := v.list()
	if isEmptyList(v) {
		v.problem("the list is empty: want at least one language")
	}
	languages := map[string]int{} // to the item that has it
	var drafts namespace
	if file := filepath.ToSlash(v.r.file); filepath.IsLocal(v.r.file) {
		drafts.add(path.Clean(file))
	}
	for i, item := range items {
		m := item.mapping()
		e, lang := decodeEdition(m, t, c.Title)
		if e.Language != "" {
			if first, twice := languages[e.Language]; twice {
				lang.problem("duplicate language %s, first defined in editions[%d]", e.Language, first)
			} else {
				languages[e.Language] = i
			}
		}
		if e.Path != nil {
			m.get("path").report(c.checkDraft(e, &drafts, successive))
		}
		c.Editions = append(c.Editions, e)
	}
}

// checkDraft reports what is wrong with the path of an edition.
func (c *Config) checkDraft(e Edition, drafts *namespace, successive []digest.Edition) error {
	file, err := e.file(successive[0])
	switch {
	case err != nil:
		return err
	case inside(c.State, file):
		return fmt.Errorf("%q is inside the state directory %q", file, c.State)
	case inside(file, c.Picks):
		return fmt.Errorf("%q conflicts with the picks file %q", file, c.Picks)
	}
	return drafts.addAll(successive, e.file)
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
