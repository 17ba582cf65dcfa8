package githubtest

// rules are the settings of a repository that stand in the way of publishing.
type rules struct {
	protected  map[string]bool // branches
	noPulls    bool            // Actions may not open pull requests
	noDrafts   bool            // the plan has no draft pull requests
	milestones []string        // their numbers count from 1
}

// Protect refuses every write to a branch through the API, its creation too.
func (s *Server) Protect(repo, branch string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustRepo(repo).git.rules.protected[branch] = true
}

// ForbidPulls switches off the setting that lets GitHub Actions open pull requests.
func (s *Server) ForbidPulls(repo string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustRepo(repo).git.rules.noPulls = true
}

// ForbidDraftPulls makes the repository one whose plan has no draft pull requests.
func (s *Server) ForbidDraftPulls(repo string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mustRepo(repo).git.rules.noDrafts = true
}

// AddMilestone gives a repository an open milestone.
func (s *Server) AddMilestone(repo, title string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	g := s.mustRepo(repo).git
	g.rules.milestones = append(g.rules.milestones, title)
}
