// Package githubtest is the fake GitHub that tests run against: REST and GraphQL responses made from a World of plain
// facts, over loopback or without any socket. Requests are held against the parts of GitHub's own schemas in the
// folder schema, and so are the responses; whatever breaks them fails the test. It knows what this project uses of
// GitHub and refuses the rest loudly.
package githubtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// World is what the fake GitHub holds. A Server reads it while it lives: change it through Server.Update only.
type World struct {
	Repos      []*Repo           `json:"repos"`
	Advisories []Advisory        `json:"advisories"` // the global database
	Users      []User            `json:"users"`      // who is not an ordinary user; others need no entry
	Files      map[string]string `json:"files"`      // served under /files/<name>, as another site would: feeds, pages
	Now        time.Time         `json:"now"`        // the server's clock; zero is the real one
	Limits     Limits            `json:"limits"`
}

// Limits are requests (GraphQL: points) an hour with a token; 0 means GitHub's own number.
type Limits struct {
	Core    int `json:"core"`    // 5000
	GraphQL int `json:"graphql"` // 5000
	Search  int `json:"search"`  // 30 a minute on GitHub; an hour here
}

// User describes an account. Without one, a login that ends in [bot] is a bot, the owner of a repository an
// organization, and everybody else a user.
type User struct {
	Login string `json:"login"`
	Name  string `json:"name"`
	Type  string `json:"type"` // User, Bot, Organization, Mannequin or EnterpriseUserAccount
}

// LoadWorld reads a world from a JSON file. Unknown keys are errors.
func LoadWorld(files fs.FS, name string) (*World, error) {
	data, err := fs.ReadFile(files, name)
	if err != nil {
		return nil, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	w := new(World)
	if err := dec.Decode(w); err != nil {
		return nil, fmt.Errorf("read world %s: %w", name, err)
	}
	return w, nil
}

// user returns the account of a login with its type settled.
func (w *World) user(login string) User {
	for _, u := range w.Users {
		if strings.EqualFold(u.Login, login) {
			return u
		}
	}
	return User{Login: login, Type: w.typeOf(login)}
}

// knows reports whether the world has an account of this login: it owns something or is listed.
func (w *World) knows(login string) bool {
	return slices.ContainsFunc(w.Users, func(u User) bool { return equalNames(u.Login, login) }) ||
		slices.ContainsFunc(w.Repos, func(r *Repo) bool { return equalNames(r.Owner, login) })
}

func (w *World) typeOf(login string) string {
	if strings.HasSuffix(login, "[bot]") {
		return "Bot"
	}
	for _, r := range w.Repos {
		if strings.EqualFold(r.Owner, login) && !r.OwnerIsUser {
			return "Organization"
		}
	}
	return "User"
}
