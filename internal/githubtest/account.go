package githubtest

import (
	"strings"

	"github.com/community-digest/digest/internal/githubtest/execute"
)

// actorNode is an account of any kind.
type actorNode struct {
	s *Server
	User
}

// actor returns the account of a login. Bots have their suffix in REST only.
func (s *Server) actor(login string) *actorNode { return &actorNode{s, s.world.user(login)} }

// actorOrNull is the author of something, null when the account is deleted.
func (s *Server) actorOrNull(login string) any {
	if login == "" {
		return nil
	}
	return s.actor(login)
}

// userOrNull is the author where the schema has room for users only: GitHub shows bots as users there.
func (s *Server) userOrNull(login string) any {
	if login == "" {
		return nil
	}
	u := s.actor(login)
	u.Type = "User"
	return u
}

func (n *actorNode) id() string {
	prefix := map[string]string{"Organization": "O", "Bot": "BOT"}[n.Type]
	return nodeID(firstOf(prefix, "U"), n.User.Login)
}

func (n *actorNode) login() string { return strings.TrimSuffix(n.Login, "[bot]") }

// TypeName implements execute.Object.
func (n *actorNode) TypeName() string { return firstOf(n.Type, "User") }

// Field implements execute.Object.
func (n *actorNode) Field(name string, args execute.Args) (any, error) {
	switch name {
	case "login":
		return n.login(), nil
	}
	return nil, execute.ErrUnsupported
}
