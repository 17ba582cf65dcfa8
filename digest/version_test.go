package digest

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestCompareVersions(t *testing.T) {
	for name, order := range map[string]string{
		"Istio":       "1.18.6 1.19.5 1.20.0-alpha.1 1.20.0-rc.1 1.20.0-rc.2 1.20.0-rc.10 1.20.0 1.20.0+build 1.20.1 1.100.0",
		"SemVer":      "1.0.0-alpha 1.0.0-alpha.1 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0",
		"PEP 440":     "v3.13.0.dev1 v3.13.0a1 v3.13.0b1.dev2 v3.13.0b1 v3.13.0b2 v3.13.0rc1 v3.13.0rc2 v3.13.0 v3.13.0.post1 v3.13.1 v1!1.0",
		"Debian":      "debian/1.0_rc1-1 debian/1.0-1 debian/1.0-2 debian/1.0-10 debian/1.0.1-1 debian/1%0.9-1",
		"letters":     "OpenSSL_1_1_0l OpenSSL_1_1_1 OpenSSL_1_1_1a OpenSSL_1_1_1b OpenSSL_1_1_1w",
		"days":        "nightly-2023-12-31 nightly-2024-02-09 nightly-2024-02-10",
		"timestamps":  "RELEASE.2024-01-16T16-07-38Z RELEASE.2024-01-18T02-44-44Z RELEASE.2024-01-18T22-51-28Z",
		"calendar":    "2024.9.1 2024.10.0b1 2024.10.0 2024.10.0.1 2024.11",
		"Maven":       "1.0.0.Alpha1 1.0.0.Beta2 1.0.0.CR1 1.0.0.Final 1.0.1-SNAPSHOT 1.0.1",
		"builds":      "v1.29.0-rc1+k3s1 v1.29.0+k3s1 v1.29.0+k3s2 v1.29.1+k3s1",
		"packages":    "api/v1.9.0 api/v1.10.0 cli/v0.1.0",
		"a v or none": "1.9.0 v1.10.0 1.11.0",
		"long":        "1.99999999999999999999 1.100000000000000000000",
	} {
		want := strings.Fields(order)
		got := slices.Clone(want)
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(got), func(i, j int) { got[i], got[j] = got[j], got[i] })
		if slices.SortFunc(got, CompareVersions); !slices.Equal(got, want) {
			t.Errorf("%s:\n got %v\nwant %v", name, got, want)
		}
	}
}

func FuzzVersionsHaveATotalOrder(f *testing.F) {
	f.Add("v1.2.3", "v1.2.3-rc.1", "v1.2.3+x")
	f.Add("1.2", "01.2", "1.2-")
	f.Add("1.0a1.dev1", "1.0a", "1.0-a.b1")
	f.Add("1~rc1", "1!0", "1.0~~")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		ab, ba, bc, ac := CompareVersions(a, b), CompareVersions(b, a), CompareVersions(b, c), CompareVersions(a, c)
		if ab != -ba {
			t.Errorf("%q, %q: %d one way, %d the other", a, b, ab, ba)
		}
		if (ab == 0) != (a == b) {
			t.Errorf("%q, %q compare as equal", a, b)
		}
		if ab < 0 && bc < 0 && ac >= 0 {
			t.Errorf("%q < %q < %q, but the first is not less than the last", a, b, c)
		}
	})
}

func TestBareVersion(t *testing.T) {
	for in, want := range map[string]string{
		"v1.2.3": "1.2.3", "istio-1.2.3": "1.2.3", "kustomize/v5.0.0": "5.0.0", "@scope/pkg@1.0.0": "1.0.0", "1.2.3": "1.2.3",
		"nightly": "nightly", "": "", "log4j-2.17.1": "2.17.1", "go1.22.1": "1.22.1", "h2-2.2.224": "2.2.224", "REL4": "4",
		"OpenSSL_1_1_1w": "1_1_1w", "v1.2.3-rc.1": "1.2.3-rc.1", "RELEASE.2024-01-16T16-07-38Z": "2024-01-16T16-07-38Z", "R4_36": "4_36",
	} {
		if got := BareVersion(in); got != want {
			t.Errorf("BareVersion(%q) = %q, want %q", in, got, want)
		}
	}
}
