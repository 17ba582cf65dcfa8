package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/community-digest/digest/digest"
)

// templates are the user's own, which come first, and those of the house.
type templates struct {
	user, house fs.FS // nil: none
}

// openTemplates reads the key templates: a folder below the one of the file.
func openTemplates(v value, folder, house fs.FS) templates {
	t := templates{house: house}
	name := v.path("")
	if name == "" {
		return t
	}
	if folder == nil {
		v.problem("directory %q not found: the configuration was not read from a directory", name)
		return t
	}
	info, err := fs.Stat(folder, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.problem("directory %q not found next to the configuration: create it or remove the key", name)
	case err != nil:
		v.problem("templates directory: %v", err)
	case !info.IsDir():
		v.problem("%q is not a directory", name)
	default:
		t.user, err = fs.Sub(folder, name)
		if err != nil {
			v.problem("templates directory: %v", err)
		}
	}
	return t
}

// read returns the text of a template, fs.ErrNotExist where there is none.
func (t templates) read(name string) (string, error) {
	for _, dir := range []fs.FS{t.user, t.house} {
		if dir == nil {
			continue
		}
		text, err := readText(dir, name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		return text, err
	}
	return "", fs.ErrNotExist
}

func readText(dir fs.FS, name string) (string, error) {
	f, err := dir.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err == nil && len(data) > maxSize {
		err = fmt.Errorf("template %s is larger than 1 MiB", name)
	}
	return string(data), err
}

// names lists the templates there are, sorted. A folder that cannot be listed has none.
func (t templates) names() []string {
	var names []string
	for _, dir := range []fs.FS{t.user, t.house} {
		if dir == nil {
			continue
		}
		found, _ := fs.Glob(dir, "*.tmpl")
		names = append(names, found...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// page reads, parses and tries the template of an edition. Where no template is
// named, the one of the language is meant.
func (t templates) page(v, language value, tag string) *digest.Template {
	name := v.path("weekly." + tag + ".md.tmpl")
	if v.absent() {
		v = language // there the choice was made
	}
	text, err := t.read(name)
	if errors.Is(err, fs.ErrNotExist) {
		v.problem("template %q not found, %s", name, t.instead(name))
		return nil
	}
	if err != nil {
		v.problem("read the template: %v", err)
		return nil
	}
	page, err := digest.ParseTemplate(name, text, tag)
	if err == nil {
		err = page.Check()
	}
	if err != nil {
		v.problem("%s", strings.TrimPrefix(err.Error(), "template: "))
		return nil
	}
	return page
}

func (t templates) instead(name string) string {
	names := t.names()
	if len(names) == 0 {
		return "and there are no others"
	}
	return suggest(name, names)
}

// template parses a small text that is a template and tries it. The key appears in
// the problem, so the name and line of the template do not.
func (v value) template(text, language string) *digest.Template {
	const name = "here"
	t, err := digest.ParseText(name, text, language)
	if err == nil {
		err = t.Check()
	}
	if err != nil {
		v.problem("%s", inline(err, name))
		return nil
	}
	return t
}

// inline shortens `template: here:1:8: executing "here" at <.Nubmer>: can't …`.
func inline(err error, name string) string {
	s := strings.TrimPrefix(err.Error(), "template: "+name+":")
	s = strings.TrimLeft(s, "0123456789: ")
	s = strings.TrimPrefix(s, fmt.Sprintf("executing %q ", name))
	return "invalid template: " + s
}
