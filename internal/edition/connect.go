package edition

import (
	"errors"
	"fmt"
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
		tokens = oauth2.StaticTokenSource(&oauth2.Token{AccessToken: getenv(name)})
	}
	return github.NewClient(endpoints, tokens, l), nil
}

// TokenVariable names the environment variable that holds the token; it is empty when none does.
func TokenVariable(getenv func(string) string) string {
	for _, name := range []string{"GITHUB_TOKEN", "GH_TOKEN"} {
		if getenv(name) != "" {
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
