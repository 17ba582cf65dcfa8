// Package config reads digest.yaml into plain values.
//
// Its one idea: a person who edits the file learns everything that is wrong with it in
// one run, each problem with its place in the file, and nothing is contacted before
// the file is right. So everything that can be tried is tried while loading: time
// zone and calendar, schedule, templates, and the paths that they expand to.
//
// A syntax error hides what comes after it, as the parser stops there.
package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/community-digest/digest/digest"
)

// Config is a configuration file with all defaults filled in. The lists of sources
// and of editions are in the order of the file.
type Config struct {
	// Title is the weekly's own name.
	Title string
	// Calendar is made of timezone, cadence, week_start and first_edition.
	Calendar digest.Calendar

	Discussions []Discussions
	Releases    []Releases
	Advisories  []Advisories
	Feeds       []Feed

	// Editions has one edition per language; there is at least one.
	Editions []Edition
	// Names are what people call repositories, by owner/name in lower case.
	Names map[string]string
	// Identifiers are patterns of vendors' identifiers, such as SSA-\d{6}.
	Identifiers []*regexp.Regexp
	// PerSection is the most items of a section, Hot the most hot topics, MinPeople the fewest
	// people besides the author who make a discussion hot, and Page the largest page in bytes;
	// 0 means no limit.
	PerSection, Hot, MinPeople, Page int
	// MaxWait is the longest wait for GitHub's hourly limit to reset; 0 is not to wait.
	MaxWait time.Duration
	// State and Picks are paths under the output folder, with slashes.
	State, Picks string
	// Publish and Schedule are for the commands that publish and that run as a daemon.
	Publish  Publish
	Schedule Schedule

	repeated Problems
}

// Repeated reports the paths and branches that successive editions of the weekly share, as
// [Problems]; nil where each has its own. A single edition can be drafted all the same. What
// drafts one after the other must refuse: each would be taken for the one before.
func (c *Config) Repeated() error {
	if len(c.repeated) == 0 {
		return nil
	}
	return c.repeated.sorted()
}

// Load reads a configuration file. The folder that its key templates names is
// looked for beside the file and never followed out of there; house holds the
// templates of the program, at its root. What is wrong inside the file is returned
// as [Problems].
func Load(path string, house fs.FS) (*Config, error) {
	data, err := read(path)
	if err != nil {
		return nil, err
	}
	dir, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, fmt.Errorf("open the folder of %s: %w", path, err)
	}
	defer dir.Close()
	return Parse(path, data, dir.FS(), house)
}

// read returns the file up to one byte more than Parse accepts.
func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("configuration %s not found: %w", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("open the configuration: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, fmt.Errorf("read the configuration: %w", err)
	}
	return data, nil
}

// Parse reads a configuration from memory. The name appears in messages. The folder
// is where the file lies, for the user's own templates; nil when it lies nowhere. The
// error is of type [Problems].
func Parse(name string, data []byte, folder, house fs.FS) (*Config, error) {
	r := newReader(name, data)
	root, ok := r.parse(data)
	if !ok {
		return nil, r.problems.sorted()
	}
	c := decode(root, folder, house)
	c.repeated = r.repeated
	if len(r.problems) > 0 {
		return nil, r.problems.sorted()
	}
	return c, nil
}

// decode reads the whole file, in the order of its documentation.
func decode(root value, folder, house fs.FS) *Config {
	c := &Config{}
	m := root.mapping()
	if generator, key := foreign(m); generator != "" {
		m.r.problem(key.line, key.column, "", "this is a configuration of %s, not of digest: use --config to name another file", generator)
		return c
	}
	c.Title = m.require("title", "the name of the weekly").text("")
	c.Calendar = decodeCalendar(m)
	c.decodeSources(m.require("sources", "discussions, releases, advisories or feeds to look at"))
	c.Names = decodeNames(m.get("names"))
	c.Identifiers = decodeIdentifiers(m.get("identifiers"))
	c.decodeLimits(m.get("limits"))
	c.State, c.Picks = decodeState(m)
	templates := openTemplates(m.get("templates"), folder, house)
	successive := editionsOf(c.Calendar, c.Title)
	c.decodeEditions(m.require("editions", "one item per language"), templates, successive)
	c.Publish = decodePublish(m.get("publish"), successive)
	c.Schedule = decodeSchedule(m.get("schedule"))
	m.close()
	return c
}

// The limits of a configuration that names none: a page that a person reads in ten minutes.
const (
	defaultPerSection = 12
	defaultHot        = 8
	defaultMinPeople  = 2
	defaultPage       = 500 << 10
)

func (c *Config) decodeLimits(v value) {
	m := v.mapping()
	per := m.get("per_section")
	c.PerSection, c.Hot = per.natural(defaultPerSection), defaultHot
	if !per.absent() {
		c.Hot = c.PerSection
	}
	c.MinPeople = m.get("min_people").natural(defaultMinPeople)
	c.Page = m.get("page").size(defaultPage)
	c.MaxWait = m.get("max_wait").duration()
	m.close()
}

// decodeNames reads how people call repositories.
func decodeNames(v value) map[string]string {
	m := v.mapping()
	names := make(map[string]string)
	for _, e := range m.entries {
		if _, err := digest.ParseRepo(e.name); err != nil {
			m.r.problem(e.line, e.column, m.key, "%v", err)
			continue
		}
		names[strings.ToLower(e.name)] = e.value.text("")
	}
	if len(names) == 0 {
		return nil
	}
	return names
}

// decodeIdentifiers reads patterns of vendors' identifiers.
func decodeIdentifiers(v value) []*regexp.Regexp {
	var patterns []*regexp.Regexp
	for _, s := range v.texts(checkIdentifier) {
		if p, err := regexp.Compile(s); err == nil {
			patterns = append(patterns, p)
		}
	}
	return patterns
}

func checkIdentifier(s string) error {
	p, err := regexp.Compile(s)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a regular expression: %s", shorten(s), strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	case p.MatchString(""):
		return fmt.Errorf("%q matches the empty text: want a pattern of identifiers such as SSA-[0-9]+", shorten(s))
	}
	return nil
}
