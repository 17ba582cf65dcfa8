package config

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/community-digest/digest/digest"
)

// Publish says where drafts are published.
type Publish struct {
	// Configured reports that the file has the section: only then may the daemon publish.
	Configured bool
	// Repository is zero for the one that the environment names.
	Repository digest.Repo
	// Base is the branch to merge into.
	Base string
	// Branch expands to the branch of an edition; [Publish.BranchName] does that and checks it.
	Branch *digest.Template
	// Title expands to the title of the pull request; [Publish.PullRequestTitle] does that.
	Title *digest.Template
	// Draft opens the pull request as a draft.
	Draft     bool
	Labels    []string
	Reviewers []string // logins, and teams as org/team
	Assignees []string // logins
	// Milestone is the title of an open milestone, or empty.
	Milestone string
}

// PullRequestTitle returns the title of an edition's pull request. Like a branch it is made
// of nothing that was collected: what a stranger wrote in it could command a bot.
func (p Publish) PullRequestTitle(ed digest.Edition) (string, error) {
	title, err := p.title(ed)
	if err != nil {
		return "", fmt.Errorf("title of the pull request: %w", err)
	}
	return title, nil
}

func (p Publish) title(ed digest.Edition) (string, error) {
	title, err := p.Title.Execute(ed.Head())
	if err != nil {
		return "", err
	}
	if n := len([]rune(title)); n == 0 || n > 200 || strings.TrimSpace(title) != title || strings.ContainsFunc(title, unicode.IsControl) {
		return "", fmt.Errorf("%q is not a title: want 1 to 200 characters on one line", shorten(title))
	}
	return title, nil
}

// BranchName returns the branch of an edition.
func (p Publish) BranchName(ed digest.Edition) (string, error) {
	name, err := p.branch(ed)
	if err != nil {
		return "", fmt.Errorf("branch of the edition: %w", err)
	}
	return name, nil
}

func (p Publish) branch(ed digest.Edition) (string, error) {
	name, err := p.Branch.Execute(ed.Head())
	if err != nil {
		return "", err
	}
	if err := checkBranch(name); err != nil {
		return "", err
	}
	if branchChars.MatchString(name) {
		return "", fmt.Errorf("%q: want only a-z, 0-9 and . _ / -", shorten(name))
	}
	if strings.EqualFold(name, p.Base) {
		return "", fmt.Errorf("%q is the base branch", name)
	}
	return name, nil
}

// What a branch of ours, a branch of the user's and a reviewer are made of.
var (
	branchChars = regexp.MustCompile(`[^a-z0-9._/-]`)
	baseChars   = regexp.MustCompile(`[^A-Za-z0-9._/-]`)
	reviewer    = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9._-]+)?$`)
)

// checkBranch holds a name to the rules of git check-ref-format.
func checkBranch(name string) error {
	if name == "" || len(name) > 200 {
		return fmt.Errorf("want a name of 1 to 200 characters")
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == "" || strings.HasPrefix(part, ".") || strings.HasSuffix(part, ".") || strings.HasSuffix(part, ".lock") || strings.Contains(part, "..") {
			return fmt.Errorf("%q is not a valid branch name: no component may be empty, start or end with a dot, contain .. or end in .lock", shorten(name))
		}
	}
	switch {
	case strings.HasPrefix(name, "-"):
		return fmt.Errorf("%q must not start with -", shorten(name))
	case strings.HasPrefix(name, "refs/") || strings.EqualFold(name, "head"):
		return fmt.Errorf("%q: want the short name of a branch", shorten(name))
	}
	return nil
}

func decodePublish(v value, successive []digest.Edition) Publish {
	m := v.mapping()
	p := Publish{
		Configured: !v.absent(),
		Base:       decodeBase(m.get("base")),
		Draft:      m.get("draft").flag(true),
		Labels:     m.get("labels").texts(checkLabel),
		Reviewers:  m.get("reviewers").texts(checkReviewer),
		Assignees:  m.get("assignees").texts(checkAssignee),
		Milestone:  m.get("milestone").checked(checkMilestone),
	}
	if repo := m.get("repository"); repo.optional() != "" {
		p.Repository, _ = repo.repo()
	}
	branch := m.get("branch")
	if text := branch.text(`digest/{{printf "%04d" .Number}}`); text != "" {
		p.Branch = branch.template(text, "en")
	}
	if p.Branch != nil {
		var branches namespace // git keeps branches as files
		branch.report(branches.addAll(successive, p.branch))
	}
	title := m.get("title")
	if text := title.text(`{{.Title}} {{.Number}} ({{.Period}})`); text != "" {
		p.Title = title.template(text, "en")
	}
	if p.Title != nil {
		if _, err := p.title(digest.Sample()); err != nil {
			title.problem("%v", err)
		}
	}
	m.close()
	return p
}

func decodeBase(v value) string {
	name := v.text("main")
	if name == "" {
		return ""
	}
	err := checkBranch(name)
	if err == nil && baseChars.MatchString(name) {
		err = fmt.Errorf("%q: want only letters, digits and . _ / -", shorten(name))
	}
	if err != nil {
		v.problem("%v", err)
	}
	return name
}

func checkLabel(name string) error {
	if len([]rune(name)) > 50 || strings.TrimSpace(name) != name || strings.ContainsAny(name, "\n,") {
		return fmt.Errorf("%q is not a label: want at most 50 characters on one line, without a comma", shorten(name))
	}
	return nil
}

func checkAssignee(name string) error {
	if !reviewer.MatchString(name) || strings.Contains(name, "/") {
		return fmt.Errorf("%q is not an assignee: want a login without @", shorten(name))
	}
	return nil
}

func checkMilestone(name string) error {
	if len([]rune(name)) > 200 || strings.TrimSpace(name) != name || strings.Contains(name, "\n") {
		return fmt.Errorf("%q is not a milestone: want its title on one line", shorten(name))
	}
	return nil
}

func checkReviewer(name string) error {
	if !reviewer.MatchString(name) {
		return fmt.Errorf("%q is not a reviewer: want a login without @, or a team as org/team", shorten(name))
	}
	return nil
}
