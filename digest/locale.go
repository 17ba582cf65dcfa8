package digest

import (
	"strings"
	"time"
)

// locale is how a language writes dates, lists and gaps.
type locale struct {
	day func(t time.Time) string
	// dayMonth is a day without its year.
	dayMonth func(t time.Time) string
	period   func(p Period) string
	list     func(items []string) string
	// source names a source of a kind. What it is follows from its name; shown is the
	// name as the phrase has it.
	source  func(k Kind, name, shown string) string
	reasons map[Outcome]string
}

// localeOf finds a language's forms by its primary tag; a language without forms of its
// own gets dates in ISO 8601, which everyone can read, and gaps in English.
func localeOf(language string) locale {
	primary, _, _ := strings.Cut(strings.ToLower(language), "-")
	switch primary {
	case "zh":
		return chinese
	case "en":
		return english
	default:
		return international
	}
}

var english = locale{
	day:      func(t time.Time) string { return t.Format("2 January 2006") },
	dayMonth: func(t time.Time) string { return t.Format("2 January") },
	period: func(p Period) string {
		from, to := p.From, p.LastDay()
		switch {
		case from.Equal(to):
			return to.Format("2 January 2006")
		case from.Year() != to.Year():
			return from.Format("2 January 2006") + " to " + to.Format("2 January 2006")
		case from.Month() != to.Month():
			return from.Format("2 January") + " to " + to.Format("2 January 2006")
		default:
			return from.Format("2") + " to " + to.Format("2 January 2006")
		}
	},
	list:    func(items []string) string { return listing(items, ", ", " and ") },
	source:  englishSource,
	reasons: englishReasons,
}

var englishReasons = map[Outcome]string{
	Failed:     "could not be read completely",
	Truncated:  "the server does not list everything",
	Forbidden:  "access denied",
	Missing:    "not found, or the token has no access",
	Disabled:   "disabled in the repository",
	NeedsToken: "requires a token, set GITHUB_TOKEN",
}

func englishSource(k Kind, name, shown string) string {
	things := map[Kind]string{Advisories: "security advisories", Feeds: "feeds"}[k]
	if things == "" {
		things = string(k)
	}
	_, selected, _ := strings.Cut(shown, ":")
	switch {
	case name == AllSources:
		return "all " + things
	case name == AdvisoryDatabase:
		return "the " + name
	case k == Feeds:
		return "the feed " + shown
	case strings.HasPrefix(name, "org:"):
		return "the " + things + " of the repositories of " + selected
	case strings.HasPrefix(name, "topic:"):
		return "the " + things + " of the repositories with the topic " + selected
	}
	return "the " + things + " of " + shown
}

var chinese = locale{
	day:      func(t time.Time) string { return t.Format("2006 年 1 月 2 日") },
	dayMonth: func(t time.Time) string { return t.Format("1 月 2 日") },
	period: func(p Period) string {
		from, to := p.From, p.LastDay()
		switch {
		case from.Equal(to):
			return from.Format("2006 年 1 月 2 日")
		case from.Year() != to.Year():
			return from.Format("2006 年 1 月 2 日") + "到 " + to.Format("2006 年 1 月 2 日")
		case from.Month() != to.Month():
			return from.Format("2006 年 1 月 2 日") + "到 " + to.Format("1 月 2 日")
		default:
			return from.Format("2006 年 1 月 2 日") + "到 " + to.Format("2 日")
		}
	},
	list:   func(items []string) string { return listing(items, "、", " 和 ") },
	source: chineseSource,
	reasons: map[Outcome]string{
		Failed:     "未能完整读取",
		Truncated:  "服务器没有列出全部内容",
		Forbidden:  "访问被拒绝",
		Missing:    "未找到，或令牌无权访问",
		Disabled:   "仓库未启用此功能",
		NeedsToken: "需要令牌才能读取，请设置 GITHUB_TOKEN",
	},
}

func chineseSource(k Kind, name, shown string) string {
	things := map[Kind]string{Discussions: "讨论", Releases: "版本发布", Advisories: "安全公告", Feeds: "订阅源"}[k]
	if things == "" {
		things = string(k)
	}
	_, selected, _ := strings.Cut(shown, ":")
	switch {
	case name == AllSources:
		return "全部" + things
	case name == AdvisoryDatabase:
		return "GitHub 安全公告数据库"
	case k == Feeds:
		return things + " " + shown
	case strings.HasPrefix(name, "org:"):
		return selected + " 名下仓库的" + things
	case strings.HasPrefix(name, "topic:"):
		return "主题为 " + selected + " 的仓库的" + things
	}
	return shown + " 的" + things
}

var international = locale{
	day:      func(t time.Time) string { return t.Format(time.DateOnly) },
	dayMonth: func(t time.Time) string { return t.Format("01-02") },
	period: func(p Period) string {
		return p.From.Format(time.DateOnly) + " – " + p.LastDay().Format(time.DateOnly)
	},
	list:    func(items []string) string { return strings.Join(items, ", ") },
	source:  englishSource,
	reasons: englishReasons,
}

// listing joins items with commas, and the last one with a conjunction.
func listing(items []string, comma, and string) string {
	if len(items) < 2 {
		return strings.Join(items, "")
	}
	last := len(items) - 1
	return strings.Join(items[:last], comma) + and + items[last]
}
