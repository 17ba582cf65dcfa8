package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/community-digest/digest/internal/daemontest"
	"github.com/community-digest/digest/internal/edition"
	"github.com/community-digest/digest/internal/schedule"
)

func TestNewRefusesWhatItCannotServe(t *testing.T) {
	t.Parallel()
	srv := newGitHub(t)
	for claim, tt := range map[string]struct {
		configs map[string]string
		change  func(*site, *Options)
		want    string
	}{
		"an empty directory":          {want: "no *.yaml in this directory"},
		"no schedule":                 {configs: map[string]string{"a": strings.Replace(weekly(1, ""), `cron: "0 0 * * 1"`, "", 1)}, want: "schedule.cron is required"},
		"a schedule without slots":    {configs: map[string]string{"a": strings.Replace(weekly(1, ""), "0 0 * * 1", "0 0 30 2 *", 1)}, want: "schedule.cron"},
		"one of two is wrong":         {configs: map[string]string{"a": weekly(1, ""), "b": weekly(1, "titel: x\n")}, want: "titel"},
		"no such file":                {configs: map[string]string{"a": weekly(1, "")}, change: func(_ *site, o *Options) { o.Configs = []string{"/nowhere/weekly.yaml"} }, want: "/nowhere/weekly.yaml"},
		"two of one name":             {configs: map[string]string{"a": weekly(1, "")}, change: func(s *site, o *Options) { o.Configs = append(o.Configs, s.Path("configs/a.yaml")) }, want: "are both named a"},
		"no workers":                  {configs: map[string]string{"a": weekly(1, "")}, change: func(_ *site, o *Options) { o.Workers = 0 }, want: "--workers 0"},
		"catching up with nothing":    {configs: map[string]string{"a": weekly(1, "")}, change: func(_ *site, o *Options) { o.CatchUp = 0 }, want: "--catch-up 0"},
		"no time for a draft":         {configs: map[string]string{"a": weekly(1, "")}, change: func(_ *site, o *Options) { o.DraftTimeout = 0 }, want: "--draft-timeout 0s"},
		"standard output":             {configs: map[string]string{"a": weekly(1, "")}, change: func(_ *site, o *Options) { o.Output = "-" }, want: `--output "-"`},
		"a webhook that is nowhere":   {configs: map[string]string{"a": weekly(1, "")}, change: func(_ *site, o *Options) { o.WebhookEnv = "HOOK" }, want: "HOOK"},
		"publishing nowhere":          {configs: map[string]string{"a": weekly(1, "publish: {draft: true}\n")}, want: "a: no repository to publish to"},
		"publishing without a token":  {configs: map[string]string{"a": weekly(1, publishing("a"))}, change: func(s *site, _ *Options) { s.Env["GITHUB_TOKEN"] = "" }, want: "a: publishing requires a token"},
		"two that share their state":  {configs: map[string]string{"a": weekly(1, "publish: {repository: example/news, branch: 'a/{{.Number}}'}\n"), "b": weekly(1, "publish: {repository: Example/News, branch: 'b/{{.Number}}'}\n")}, want: "with state .digest"},
		"two that share their branch": {configs: map[string]string{"a": weekly(1, "state: .a\npublish: {repository: example/news}\n"), "b": weekly(1, "state: .b\npublish: {repository: example/news}\n")}, want: "with publish.branch digest/0001"},
	} {
		t.Run(claim, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, srv, tt.configs)
			o := s.options()
			if tt.change != nil {
				tt.change(s, &o)
			}
			if _, err := New(o, s.process()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			} else if errors.Is(err, edition.ErrNoToken) != strings.Contains(claim, "token") {
				t.Errorf("%v", err)
			}
		})
	}
	t.Cleanup(func() {
		if n := len(srv.Requests()); n > 0 {
			t.Errorf("%d requests were sent", n)
		}
	})
}

func TestTheOnlyDigestNeedsNoDirectoryOfItsOwn(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"a": weekly(1, "")})
	catchUp(t, s.daemon(), "a")
	o := s.options()
	o.Configs = []string{s.Path("configs/a.yaml")}
	d, err := New(o, s.process())
	if err != nil {
		t.Fatal(err)
	}
	catchUp(t, d, "a")
	for _, name := range []string{"a/weekly/1.md", "weekly/1.md"} { // of a directory another may join it
		if s.Files()[name] == "" {
			t.Errorf("no %s", name)
		}
	}
}

// scheduler is one that a test drives.
type scheduler struct {
	received chan []schedule.Digest
	ready    error
	end      chan error // what Run returns after ctx has ended
}

func newScheduler() *scheduler {
	return &scheduler{received: make(chan []schedule.Digest, 10), end: make(chan error, 1)}
}

func (s *scheduler) Ready(context.Context) error { return s.ready }

func (s *scheduler) Run(ctx context.Context, digests <-chan []schedule.Digest) error {
	for {
		select {
		case list := <-digests:
			s.received <- list
		case <-ctx.Done():
			return <-s.end
		}
	}
}

// next returns the names of the digests that the scheduler received.
func (s *scheduler) next(t *testing.T) (names []string) {
	t.Helper()
	select {
	case list := <-s.received:
		for _, d := range list {
			names = append(names, d.Name)
		}
		return names
	case <-time.After(20 * time.Second):
		t.Fatal("the scheduler got no digests")
		return nil
	}
}

// running is a daemon that runs.
type running struct {
	*site
	*scheduler
	hangups chan os.Signal
	cancel  context.CancelFunc
	ended   chan error
}

func (s *site) run() *running {
	s.t.Helper()
	p := s.process()
	r := &running{s, newScheduler(), make(chan os.Signal), nil, make(chan error, 1)}
	p.Hangups = r.hangups
	d, err := New(s.options(), p)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(s.t.Context())
	r.cancel = cancel
	go func() { r.ended <- d.Run(ctx, r.scheduler) }()
	return r
}

// until waits for a line of the log, and returns it.
func (r *running) until(msg string, n int) daemontest.Line {
	r.t.Helper()
	r.log.Until(r.t, "a line "+msg, func() bool { return len(r.log.Lines(msg)) >= n })
	return r.log.Lines(msg)[n-1]
}

func (r *running) get(path string) (code int, body string) {
	r.t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get("http://" + r.until("serving", 1).Address + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(data)
}

func (r *running) stop() {
	r.t.Helper()
	r.cancel()
	r.end <- nil
	if err := <-r.ended; err != nil {
		r.t.Error(err)
	}
}

func TestADaemonServesAndStops(t *testing.T) {
	srv := newGitHub(t)
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	s := newSite(t, srv, map[string]string{"a": weekly(1, ""), "b": weekly(1, publishing("b"))})
	r := s.run()
	if got := r.next(t); strings.Join(got, " ") != "a b" {
		t.Errorf("digests %v", got)
	}
	for path, want := range map[string]string{"/healthz": "ok", "/readyz": "ready", "/": "2 digests", "/metrics": `digest_late{digest="b"} 0`} {
		if code, body := r.get(path); code != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, code, body)
		}
	}
	r.cancel()
	r.until("stopping: waiting for running drafts", 1)
	if code, body := r.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "stopping") {
		t.Errorf("ready while it stops: %d %s", code, body)
	}
	if code, _ := r.get("/healthz"); code != http.StatusOK {
		t.Errorf("not alive while it stops: %d", code)
	}
	r.end <- errors.New("the draft of a does not return")
	if err := <-r.ended; err == nil || err.Error() != "the draft of a does not return" {
		t.Errorf("got %v", err)
	}
}

func TestADaemonEndsWithItsScheduler(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"a": weekly(1, "")})
	d := s.daemon()
	if err := d.Run(t.Context(), broken{}); err == nil || err.Error() != "start the queue: no database" {
		t.Errorf("got %v", err)
	}
}

// broken is a scheduler that cannot begin.
type broken struct{}

func (broken) Ready(context.Context) error { return nil }
func (broken) Run(context.Context, <-chan []schedule.Digest) error {
	return errors.New("start the queue: no database")
}

func TestAnAddressInUseIsReported(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := newSite(t, newGitHub(t), map[string]string{"a": weekly(1, "")})
	o := s.options()
	o.Listen = l.Addr().String()
	d, err := New(o, s.process())
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Run(t.Context(), newScheduler()); err == nil || !strings.HasPrefix(err.Error(), "--listen "+o.Listen) {
		t.Errorf("got %v", err)
	}
}

func TestAReloadTakesWhatIsValid(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"a": weekly(1, "")})
	r := s.run()
	r.next(t)

	s.Write("b", weekly(1, ""))
	r.hangups <- syscall.SIGHUP
	if got := r.next(t); strings.Join(got, " ") != "a b" {
		t.Errorf("digests %v", got)
	}

	const refused = "configuration not reloaded: keeping the old one"
	for i, bad := range []string{weekly(1, "titel: x\n"), "", weekly(1, "publish: {draft: true}\n")} {
		s.Write("b", bad)
		r.hangups <- syscall.SIGHUP
		if e := r.until(refused, i+1); e.Level != "ERROR" || !strings.Contains(e.Error, "b") {
			t.Errorf("it does not say why: %+v", e)
		}
	}
	if _, body := r.get("/metrics"); !strings.Contains(body, `digest="b"`) {
		t.Error("the old configuration is gone")
	}

	if err := os.Remove(filepath.Join(s.Path("configs"), "b.yaml")); err != nil {
		t.Fatal(err)
	}
	r.hangups <- syscall.SIGHUP
	if got := r.next(t); strings.Join(got, " ") != "a" {
		t.Errorf("digests %v", got)
	}
	if _, body := r.get("/metrics"); strings.Contains(body, `digest="b"`) {
		t.Error("b is still shown")
	}
	r.stop()
}

// A configuration that takes for ever to be read, here a pipe that is not written to, neither
// holds up the daemon nor its end.
func TestAReloadThatHangsHoldsUpNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"a": weekly(1, "")})
	r := s.run()
	r.next(t)
	pipe := filepath.Join(s.Path("configs"), "b.yaml")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	r.hangups <- syscall.SIGHUP
	if code, _ := r.get("/healthz"); code != http.StatusOK {
		t.Errorf("not alive: %d", code)
	}
	r.stop()
	if f, err := os.OpenFile(pipe, os.O_WRONLY|syscall.O_NONBLOCK, 0); err == nil {
		f.Close() // lets the reader go
	}
}

func TestReadyNeedsWhatIsWrittenToToTakeAWrite(t *testing.T) {
	t.Parallel()
	s := newSite(t, newGitHub(t), map[string]string{"a": weekly(1, ""), "b": weekly(1, publishing("b"))})
	r := s.run()
	r.next(t)
	if code, body := r.get("/readyz"); code != http.StatusOK {
		t.Fatalf("%d %s", code, body)
	}
	if files := s.Files(); len(files) > 0 {
		t.Errorf("asking left %v", files)
	}
	if err := errors.Join(os.RemoveAll(s.Path("out")), os.WriteFile(s.Path("out"), nil, 0o644)); err != nil {
		t.Fatal(err) // a file is where the directory should be
	}
	if code, body := r.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "output") {
		t.Errorf("%d %s", code, body)
	}
	if err := os.Remove(s.Path("out")); err != nil {
		t.Fatal(err)
	}
	r.ready = fmt.Errorf("the database takes no writes")
	if code, body := r.get("/readyz"); code != http.StatusServiceUnavailable || !strings.Contains(body, "takes no writes") {
		t.Errorf("%d %s", code, body)
	}
	r.stop()
}

func TestSystemdHearsOfTheDaemon(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("systemd runs on Linux only")
	}
	s := newSite(t, newGitHub(t), map[string]string{"a": weekly(1, "")})
	socket := s.Path("notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Net: "unixgram", Name: socket})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	hear := func(want string) {
		t.Helper()
		buf := make([]byte, 4096)
		for {
			n, err := conn.Read(buf)
			if err != nil {
				t.Fatalf("waiting for %s: %v", want, err)
			}
			if got := string(buf[:n]); strings.Contains(got, want) {
				return
			} else if got != "WATCHDOG=1" {
				t.Errorf("got %q, want %s", got, want)
			}
		}
	}
	s.Env["NOTIFY_SOCKET"], s.Env["WATCHDOG_USEC"], s.Env["WATCHDOG_PID"] = socket, "20000", "42"
	r := s.run()
	hear("READY=1\nSTATUS=1 digest")
	hear("WATCHDOG=1")
	r.hangups <- syscall.SIGHUP
	hear("RELOADING=1")
	hear("READY=1")
	r.cancel()
	hear("STOPPING=1")
	r.stop()
}
