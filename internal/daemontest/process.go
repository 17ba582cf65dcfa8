package daemontest

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/community-digest/digest/internal/githubtest"
)

// Process is a daemon in a process of its own.
type Process struct {
	*Log
	t    testing.TB
	cmd  *exec.Cmd
	gone chan struct{} // is closed when it has ended
}

// Build builds a command of this module and returns its path.
func Build(t testing.TB, pkg string) string {
	t.Helper()
	name := t.TempDir() + "/daemon"
	if out, err := exec.Command("go", "build", "-o", name, pkg).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return name
}

// Launch starts a program that serves the site, which finds GitHub at an address, and waits until
// it serves.
func (s *Site) Launch(program, github string, args ...string) *Process {
	s.T.Helper()
	p := s.Begin(program, github, args...)
	p.Until(s.T, "serving", func() bool {
		select {
		case <-p.gone:
			s.T.Fatalf("it ended at once\n%s", p)
		default:
		}
		return len(p.Lines("serving")) > 0
	})
	return p
}

// Begin starts a program as Launch does, and does not wait.
func (s *Site) Begin(program, github string, args ...string) *Process {
	s.T.Helper()
	args = append(args, "--config", s.Path("configs"), "--output", s.Path("out"), "--listen", "127.0.0.1:0")
	p := &Process{new(Log), s.T, exec.CommandContext(s.T.Context(), program, args...), make(chan struct{})}
	for name, value := range s.Env {
		p.cmd.Env = append(p.cmd.Env, name+"="+strings.Replace(value, s.GitHub.URL(), github, 1))
	}
	p.cmd.Stderr = p.Log
	if err := p.cmd.Start(); err != nil {
		s.T.Fatal(err)
	}
	go func() {
		defer close(p.gone)
		_ = p.cmd.Wait() // its exit code says the same
	}()
	return p
}

// PID is the number of the process.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Signal sends a signal.
func (p *Process) Signal(sig syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		p.t.Fatalf("%v\n%s", err, p)
	}
}

// Wait waits for the exit code.
func (p *Process) Wait() int {
	p.t.Helper()
	<-p.gone
	return p.cmd.ProcessState.ExitCode()
}

// Kill ends the process without warning.
func (p *Process) Kill() {
	p.t.Helper()
	p.Signal(syscall.SIGKILL)
	p.Wait()
}

// Stop ends the process in order.
func (p *Process) Stop() {
	p.t.Helper()
	p.Signal(syscall.SIGTERM)
	if code := p.Wait(); code != 0 {
		p.t.Errorf("exit code %d\n%s", code, p)
	}
}

// Get asks the daemon's own server.
func (p *Process) Get(path string) (code int, body string) {
	p.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + p.Lines("serving")[0].Address + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

// Gate is between a daemon and the fake. It holds the first request whose path or body
// contains a text: before it is done, or when it is done and before the response is sent.
type Gate struct {
	*httptest.Server
	reached chan struct{}
	opened  chan struct{}
}

// NewGate returns a closed gate.
func NewGate(t testing.TB, srv *githubtest.Server, text string, done bool) *Gate {
	t.Helper()
	to, err := url.Parse(srv.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	g := &Gate{reached: make(chan struct{}, 1), opened: make(chan struct{})}
	first := make(chan struct{}, 1)
	first <- struct{}{}
	g.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what was cut off is not handed on
		r.Body = io.NopCloser(bytes.NewReader(body))
		held := false
		if strings.Contains(r.URL.Path+" "+string(body), text) {
			select {
			case <-first:
				held = true
			default:
			}
		}
		if held && !done {
			g.hold(r)
		}
		if r.Context().Err() != nil {
			return // the daemon is dead
		}
		response := httptest.NewRecorder()
		proxy.ServeHTTP(response, r)
		if held && done {
			g.hold(r)
		}
		maps.Copy(w.Header(), response.Header())
		w.WriteHeader(response.Code)
		_, _ = w.Write(response.Body.Bytes()) // the daemon may be gone
	}))
	t.Cleanup(g.Close)
	return g
}

func (g *Gate) hold(r *http.Request) {
	g.reached <- struct{}{}
	select {
	case <-g.opened:
	case <-r.Context().Done():
	}
}

// Open lets the request through that is held.
func (g *Gate) Open() { close(g.opened) }

// Wait waits until a request is held.
func (g *Gate) Wait(t testing.TB, l *Log) {
	t.Helper()
	reached := false
	l.Until(t, "a request is at the gate", func() bool {
		select {
		case <-g.reached:
			reached = true
		default:
		}
		return reached
	})
}
