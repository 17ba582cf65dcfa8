package edition

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"golang.org/x/oauth2"

	"github.com/community-digest/digest/digest"
	"github.com/community-digest/digest/internal/config"
	"github.com/community-digest/digest/internal/github"
)

// Connect returns a client for the GitHub that the environment names, with its token if there is one. Nothing is
// contacted. An error is a mistake in the environment.
func Connect(getenv func(string) string, l github.Limits) (*github.Client, error) {
	endpoints, err := github.ParseEndpoints(getenv("GITHUB_API_URL"), getenv("GITHUB_GRAPHQL_URL"))
	if err != nil {
		return nil, fmt.Errorf("GITHUB_API_URL and GITHUB_GRAPHQL_URL: %w", err)
	}
	var tokens oauth2.TokenSource
	if name := TokenVariable(getenv); name != "" {
		token := getenv(name)
		if !tokenPattern.MatchString(token) {
			return nil, &TokenError{name}
		}
		tokens = oauth2.StaticTokenSource(&oauth2.Token{AccessToken: token})
	}
	return github.NewClient(endpoints, tokens, l), nil
}

// tokenPattern is what the Authorization header takes: https://www.rfc-editor.org/rfc/rfc6750#section-2.1
var tokenPattern = regexp.MustCompile(`^[A-Za-z0-9._~+/-]+=*$`)

// TokenError says that a variable holds something else than a token, such as the placeholder of an example.
type TokenError struct{ Variable string }

func (e *TokenError) Error() string {
	return e.Variable + " does not hold a token: it has a blank, a line break or another character that no token has"
}

// Hint says what to do.
func (e *TokenError) Hint() string {
	return "set it to a token, without quotes or placeholders (gh auth token prints yours)"
}

// ErrNoToken reports a missing token for publishing.
var ErrNoToken = errors.New("publishing requires a token: set GITHUB_TOKEN to one with the permissions contents: write and pull-requests: write")

// TokenVariable names the environment variable that holds the token; it is empty when none does.
func TokenVariable(getenv func(string) string) string {
	for _, name := range []string{"GITHUB_TOKEN", "GH_TOKEN"} {
		if strings.TrimSpace(getenv(name)) != "" {
			return name
		}
	}
	return ""
}

// PublishRepo is where editions are published: as configured, else the repository that the job runs in.
func PublishRepo(cfg *config.Config, getenv func(string) string) (digest.Repo, error) {
	if cfg.Publish.Repository != (digest.Repo{}) {
		return cfg.Publish.Repository, nil
	}
	name := getenv("GITHUB_REPOSITORY")
	if strings.TrimSpace(name) == "" {
		return digest.Repo{}, errors.New("no repository to publish to: set publish.repository in the configuration, or GITHUB_REPOSITORY")
	}
	repo, err := digest.ParseRepo(name)
	if err != nil {
		return digest.Repo{}, fmt.Errorf("GITHUB_REPOSITORY: %w", err)
	}
	return repo, nil
}
