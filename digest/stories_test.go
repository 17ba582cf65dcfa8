package digest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/community-digest/digest/internal/markdown"
)

// bundle is what was found in a week, in a notation of one line an item:
//
//	release istio/istio 1.20.1 ISTIO-SECURITY-2023-005 https://istio.io/x
//	advisory istio/istio GHSA-aaaa CVE-2024-1 istio.io/istio=1.20.1,1.19.5
//	entry https://istio.io/blog/x "The title" CVE-2024-1 https://github.com/…
//
// After its name an item has identifiers, the addresses that it links to, and the patched
// versions of packages. A release may be followed by "+2d", when it was published.
func bundle(t *testing.T, text string) Snapshot {
	t.Helper()
	from := time.Date(2024, 6, 17, 0, 0, 0, 0, time.UTC)
	s := Snapshot{Period: Period{from, from.AddDate(0, 0, 7)}}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		title := ""
		if before, rest, ok := strings.Cut(line, `"`); ok {
			var after string
			title, after, _ = strings.Cut(rest, `"`)
			line = before + after
		}
		f := strings.Fields(line)
		var n Notes
		var cves []markdown.Text
		var packages []Package
		at := from.Add(time.Hour)
		for _, word := range f[3:] {
			name, versions, isPackage := strings.Cut(word, "=")
			switch {
			case strings.HasPrefix(word, "https:"):
				n.Links = append(n.Links, mustURL(t, word))
			case isPackage:
				packages = append(packages, Package{Name: markdown.Untrusted(name), Patched: markdown.Untrusted(versions)})
			case strings.HasPrefix(word, "+"):
				d, err := time.ParseDuration(strings.Replace(word[1:], "d", "h", 1))
				if err != nil {
					t.Fatal(err)
				}
				at = at.Add(24 * d)
			default:
				n.Identifiers = append(n.Identifiers, markdown.Untrusted(word))
				cves = append(cves, markdown.Untrusted(word))
			}
		}
		switch f[0] {
		case "release":
			repo := mustRepo(t, f[1])
			s.Releases = append(s.Releases, Release{
				Item: Item{ID: ID(line), Repo: repo, URL: mustURL(t, "https://github.com/"+f[1]+"/releases/tag/"+f[2]), Section: Project},
				Tag:  markdown.Untrusted(f[2]), Notes: n, PublishedAt: at,
			})
		case "advisory":
			s.Advisories = append(s.Advisories, Advisory{
				Item: Item{ID: ID(f[2]), Repo: mustRepo(t, f[1]), URL: mustURL(t, "https://github.com/"+f[1]+"/security/advisories/"+f[2]), Section: Community},
				CVEs: cves, Packages: packages, Notes: Notes{Links: n.Links}, Severity: High, PublishedAt: at,
			})
		case "entry":
			s.Entries = append(s.Entries, Entry{
				Item:  Item{ID: ID(f[1] + " " + f[2]), URL: mustURL(t, f[2]), Section: Project},
				Title: markdown.Untrusted(title), Notes: n, PublishedAt: at,
			})
		default:
			t.Fatalf("%q", line)
		}
	}
	s.Findings = Merge(s.Findings)
	return s
}

func mustRepo(t *testing.T, s string) Repo {
	t.Helper()
	r, err := ParseRepo(s)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func mustURL(t *testing.T, s string) markdown.URL {
	t.Helper()
	u, err := markdown.ParseURL(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// outline writes the stories in one line each: tags, advisories, titles of entries.
func outline(stories []Story, alone []Entry) []string {
	var out []string
	for _, s := range stories {
		var parts []string
		if s.Train != nil {
			for _, r := range s.Train.Releases {
				parts = append(parts, r.Tag.Unsafe())
			}
		}
		for _, a := range s.Advisories {
			parts = append(parts, string(a.ID))
		}
		for _, e := range s.Entries {
			parts = append(parts, e.Title.Unsafe())
		}
		for _, r := range s.SeeAlso {
			parts = append(parts, "see "+r.Identifier.Unsafe())
		}
		out = append(out, strings.Join(parts, " + "))
	}
	for _, e := range alone {
		out = append(out, "alone: "+e.Title.Unsafe())
	}
	slices.Sort(out)
	return out
}

var bundles = []struct {
	name, found string
	want        []string
}{
	{"one event in releases, bulletin and announcements", `
		release istio/istio 1.20.1 ISTIO-SECURITY-2023-005
		release istio/istio 1.19.5 ISTIO-SECURITY-2023-005
		entry istio https://istio.io/latest/news/security/istio-security-2023-005/ "ISTIO-SECURITY-2023-005" CVE-2023-9
		entry istio https://istio.io/latest/news/releases/1.20.x/announcing-1.20.1/ "Announcing Istio 1.20.1"
		release kubernetes/kubernetes v1.29.0
		entry kubernetes https://kubernetes.io/blog/2023/12/13/v1-29-release/ "Kubernetes v1.29: Mandala"`,
		[]string{"1.19.5 + 1.20.1 + Announcing Istio 1.20.1 + ISTIO-SECURITY-2023-005", "v1.29.0 + Kubernetes v1.29: Mandala"}},
	{"advisories that one train fixes", `
		release containerd/containerd v1.7.20
		release containerd/containerd v2.0.1
		advisory containerd/containerd GHSA-aaaa CVE-2024-1 github.com/containerd/containerd=1.7.20,2.0.1
		advisory containerd/containerd GHSA-bbbb CVE-2024-2 github.com/containerd/containerd/v2=2.0.1
		advisory containerd/containerd GHSA-cccc CVE-2024-3 github.com/containerd/containerd=1.6.9`,
		[]string{"GHSA-cccc", "v1.7.20 + v2.0.1 + GHSA-aaaa + GHSA-bbbb"}},
	{"packages of one repository", `
		release acme/r @acme/core@2.1.0
		release acme/r @acme/cli@2.1.0 +3d
		release acme/r @acme/ui@9.0.0 +5d
		release acme/r kustomize/v5.0.0 +7d
		advisory acme/r GHSA-cli @acme/cli=2.1.0
		advisory acme/r GHSA-parser @acme/parser=9.0.0
		advisory acme/r GHSA-kust sigs.k8s.io/kustomize/kustomize/v5=5.0.0`,
		[]string{"@acme/cli@2.1.0 + GHSA-cli", "@acme/core@2.1.0", "@acme/ui@9.0.0", "GHSA-parser", "kustomize/v5.0.0 + GHSA-kust"}},
	{"identifier shared with an advisory of the same package, and of another one", `
		release acme/app v2.0.0 CVE-2024-7
		advisory acme/app GHSA-aaaa CVE-2024-7
		release acme/client v1.0.0 CVE-2024-7`,
		[]string{"v1.0.0 + see CVE-2024-7", "v2.0.0 + GHSA-aaaa"}},
	{"three drivers with one identifier", `
		release mongo/go-driver v1.0.0 CVE-2024-7
		release mongo/node-driver v6.0.0 CVE-2024-7
		release mongo/java-driver r5.0.0 CVE-2024-7
		entry mongo https://mongo.org/blog/cve "Security update of our drivers" CVE-2024-7`,
		[]string{"alone: Security update of our drivers", "r5.0.0", "v1.0.0", "v6.0.0"}},
	{"monthly round-up", `
		release istio/istio 1.20.1 CVE-2024-1
		entry istio https://istio.io/blog/2024/may-in-review "Istio in May" CVE-2024-1 CVE-2024-2 CVE-2024-3
		entry istio https://istio.io/blog/2024/ecosystem "The ecosystem" https://github.com/istio/istio/releases/tag/1.20.1 https://github.com/envoyproxy/envoy/releases/tag/v1.30.0
		entry istio https://istio.io/blog/2024/two "Istio 1.20.1 and Envoy 1.30.0 are out"`,
		[]string{"1.20.1", "alone: Istio 1.20.1 and Envoy 1.30.0 are out", "alone: Istio in May", "alone: The ecosystem"}},
	{"links one way and the other", `
		release a/one v1.0.0 https://a.org/news/stable/one/
		entry a https://www.a.org/news/one "News"
		release a/two v2.0.0
		entry a https://a.org/two "More news" https://github.com/A/two/releases/tag/v2.0.0#assets
		advisory a/three GHSA-23cf-4567-89hj
		entry a https://a.org/three "Bulletin" https://github.com/advisories/GHSA-23cf-4567-89hj
		entry a https://github.com/a/two/releases/tag/v2.0.0 "v2.0.0"`,
		[]string{"GHSA-23cf-4567-89hj + Bulletin", "v1.0.0 + News", "v2.0.0 + More news + v2.0.0"}},
	{"versions are whole words of the right project", `
		release istio/istio 1.29.1
		release envoyproxy/envoy v1.30.0
		entry x https://x.org/1 "Istio 1.29 is near"
		entry x https://x.org/2 "Envoy 1.29.1"
		entry x https://x.org/3 "Aristio 1.29.1"
		entry x https://x.org/4 "Istio 1.29.10"
		entry x https://x.org/5 "Istio 1.29.1-rc.0"
		entry x https://x.org/6 "Istio 11.29.1"
		entry x https://x.org/7 "Version 1.29.1"
		entry x https://x.org/8 "News of this day"`,
		[]string{"1.29.1", "alone: Aristio 1.29.1", "alone: Envoy 1.29.1", "alone: Istio 1.29 is near", "alone: Istio 1.29.1-rc.0",
			"alone: Istio 1.29.10", "alone: Istio 11.29.1", "alone: News of this day", "alone: Version 1.29.1", "v1.30.0"}},
	{"names of projects", `
		release argoproj/argo-cd v2.11.0
		release acme/argo v1.0.0
		release acme/wg-mesh v3.0.0
		entry x https://x.org/1 "Argo CD v2.11.0 发布"
		entry x https://x.org/2 "What is new in Mesh Toolkit 3.0"`,
		[]string{"v1.0.0", "v2.11.0 + Argo CD v2.11.0 发布", "v3.0.0 + What is new in Mesh Toolkit 3.0"}},
	{"the same entry in two feeds", `
		entry one https://x.org/a/ "Hello"
		entry two https://www.x.org/a "Hello"
		entry one https://x.org/ "Front"
		entry two https://x.org/ "Page"`,
		[]string{"alone: Front", "alone: Hello", "alone: Page"}},
	{"builds made by the clock", `
		release acme/n nightly-20240617
		release acme/n nightly-20240618 +1d
		release acme/n v1.0.0 +2d
		release acme/n nightly-20240621 +4d`,
		[]string{"nightly-20240617 + nightly-20240618 + nightly-20240621", "v1.0.0"}},
}

var bundleNames = map[string]string{"acme/wg-mesh": "Mesh Toolkit"}

func TestStoriesAreJoinedForReasons(t *testing.T) {
	for _, tt := range bundles {
		got := outline(join(bundle(t, tt.found), bundleNames))
		want := slices.Sorted(slices.Values(tt.want))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", tt.name, diff)
		}
	}
}

func TestStoriesHoldEachItemOnce(t *testing.T) {
	var text strings.Builder
	for _, b := range bundles {
		text.WriteString(b.found + "\n")
	}
	s := bundle(t, text.String())
	var first []string
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 0))
		r.Shuffle(len(s.Releases), func(i, j int) { s.Releases[i], s.Releases[j] = s.Releases[j], s.Releases[i] })
		r.Shuffle(len(s.Advisories), func(i, j int) { s.Advisories[i], s.Advisories[j] = s.Advisories[j], s.Advisories[i] })
		r.Shuffle(len(s.Entries), func(i, j int) { s.Entries[i], s.Entries[j] = s.Entries[j], s.Entries[i] })
		s.Findings = Merge(s.Findings)
		stories, alone := join(s, bundleNames)
		if got := outline(stories, alone); first == nil {
			first = got
		} else if diff := cmp.Diff(first, got); diff != "" {
			t.Fatalf("the order of what was found matters: (-first +now)\n%s", diff)
		}
		count := make(map[string]int)
		for _, story := range stories {
			for _, it := range story.Items() {
				count[fmt.Sprint(it.ID, it.URL)]++
			}
			if story.Section != story.Items()[0].Section {
				t.Errorf("section %s, not that of %v", story.Section, story.Items()[0])
			}
			if n := len(story.Advisories) + len(story.Entries); len(story.Joins) != n && (story.Train != nil || len(story.Joins) != n-1) {
				t.Errorf("%d members joined for %d reasons", n, len(story.Joins))
			}
		}
		for _, e := range alone {
			count[fmt.Sprint(e.ID, e.URL)]++
		}
		for it, n := range count {
			if n != 1 {
				t.Errorf("%s is in %d stories", it, n)
			}
		}
		if want := len(s.Releases) + len(s.Advisories) + len(s.Entries) - 1; len(count) != want { // one entry is in two feeds
			t.Errorf("%d items are in stories, want %d", len(count), want)
		}
	}
}

func TestJoinsSayWhy(t *testing.T) {
	stories, _ := join(bundle(t, bundles[0].found), nil)
	var got []string
	for _, s := range stories {
		for _, j := range s.Joins {
			got = append(got, fmt.Sprintf("%s: %s", j.Reason, j.Detail.Unsafe()))
		}
	}
	slices.Sort(got)
	want := []string{
		"name and version in the title: 1.20.1", "name and version in the title: 1.29", "shared identifier: ISTIO-SECURITY-2023-005",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
