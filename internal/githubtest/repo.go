package githubtest

import "time"

// Repo is a repository and everything in it.
type Repo struct {
	Owner       string    `json:"owner"`
	Name        string    `json:"name"`
	OwnerIsUser bool      `json:"owner_is_user"`
	RenamedFrom []string  `json:"renamed_from"` // "owner/name"; REST redirects, GraphQL follows
	Description string    `json:"description"`
	Homepage    string    `json:"homepage"`
	Topics      []string  `json:"topics"`
	Stars       int       `json:"stars"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
	PushedAt    time.Time `json:"pushed_at"`

	Private       bool `json:"private"` // seen with the token only
	Archived      bool `json:"archived"`
	Fork          bool `json:"fork"`
	NoDiscussions bool `json:"no_discussions"` // the feature is switched off
	CanPush       bool `json:"can_push"`       // the token may write, and sees drafts and unpublished advisories

	Categories  []Category   `json:"categories"`
	Labels      []Label      `json:"labels"` // labels that items name need no entry
	Discussions []Discussion `json:"discussions"`
	Releases    []Release    `json:"releases"`
	Advisories  []Advisory   `json:"advisories"` // its own list

	DefaultBranch string                       `json:"default_branch"` // "main" when empty
	Files         map[string]string            `json:"files"`          // path → text on the default branch
	Branches      map[string]map[string]string `json:"branches"`       // other branches, each one commit ahead
	Pulls         []Pull                       `json:"pulls"`
}

// Category is a discussion category.
type Category struct {
	Name        string    `json:"name"`
	Slug        string    `json:"slug"`
	Emoji       string    `json:"emoji"`
	Description string    `json:"description"`
	Answerable  bool      `json:"answerable"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Label is a label of a repository.
type Label struct {
	Name        string    `json:"name"`
	Color       string    `json:"color"`
	Description string    `json:"description"`
	Default     bool      `json:"default"`
	CreatedAt   time.Time `json:"created_at"`
	UpdatedAt   time.Time `json:"updated_at"`
}

// Pull is a pull request between two branches of the repository.
type Pull struct {
	Number    int       `json:"number"`
	Title     string    `json:"title"`
	Body      string    `json:"body"`
	Author    string    `json:"author"`
	State     string    `json:"state"` // open (also when empty) or closed
	Draft     bool      `json:"draft"`
	Head      string    `json:"head"` // branch; of a fork: owner:branch
	Base      string    `json:"base"` // branch
	Labels    []string  `json:"labels"`
	Reviewers []string  `json:"reviewers"`
	Assignees []string  `json:"assignees"`
	Milestone string    `json:"milestone"` // title
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
	ClosedAt  time.Time `json:"closed_at"`
	MergedAt  time.Time `json:"merged_at"`
}

// FullName returns "owner/name".
func (r *Repo) FullName() string { return r.Owner + "/" + r.Name }

func (r *Repo) defaultBranch() string { return firstOf(r.DefaultBranch, "main") }

func (r *Repo) created() time.Time { return firstTime(r.CreatedAt, epoch) }

// category finds a category by its slug. One that is not listed is made of its slug, so that small tests need not
// list categories.
func (r *Repo) category(slug string) Category {
	for _, c := range r.Categories {
		if c.Slug == slug {
			return c
		}
	}
	return Category{Name: slug, Slug: slug}
}

func (r *Repo) label(name string) Label {
	for _, l := range r.Labels {
		if l.Name == name {
			return l
		}
	}
	return Label{Name: name, Color: "ededed"}
}

// epoch stands for creation times that a world leaves out and GitHub never does.
var epoch = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)

// firstOf returns the first text that is not empty.
func firstOf(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// firstTime returns the first time that is not zero.
func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}
