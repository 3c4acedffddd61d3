package incident

import (
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// pattern finds something personal within texts.
type pattern struct {
	kind string
	find *regexp.Regexp
	is   func(string) bool // nil: whatever is found is one
}

// patterns in the order in which they are looked for.
func patterns() []pattern {
	isAddress := func(text string) bool { _, err := netip.ParseAddr(text); return err == nil }
	return []pattern{
		{kind: "mail address", find: regexp.MustCompile(`[\pL\pN._%+-]+@[\pL\pN-]+(\.[\pL\pN-]+)+`)},
		{kind: "token", find: regexp.MustCompile(`eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*`)},
		{kind: "access key", find: regexp.MustCompile(`\b(AKIA|ASIA)[A-Z0-9]{16}\b`)},
		{kind: "IPv4 address", find: regexp.MustCompile(`\b[0-9]{1,3}(\.[0-9]{1,3}){3}\b`), is: isAddress},
		{kind: "IPv6 address", find: regexp.MustCompile(`[0-9A-Fa-f:]*:[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*`), is: isAddress},
		{kind: "telephone number", find: regexp.MustCompile(`\+[0-9][0-9 ()-]{6,}[0-9]`)},
	}
}

// whole tells whether a text under a name is replaced as a whole.
func whole(name, text string) bool {
	words := split(name)
	switch {
	case text == "" || upper(text):
		return false
	case date(text):
		return slices.ContainsFunc(words, func(w string) bool { return w == "birth" || w == "birthday" || w == "dob" })
	case strings.ContainsFunc(text, unicode.IsSpace):
		return true
	}
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(tells(), w) })
}

// tells are words of names under which personal data stands.
func tells() []string {
	return []string{
		"address", "assigned", "assignee", "author", "birth", "birthday", "by", "card", "city", "comment", "comments", "contact",
		"customer", "description", "dob", "email", "fax", "firstname", "fullname", "iban", "ip", "justification", "lastname",
		"login", "mail", "message", "mobile", "name", "nickname", "note", "notes", "owner", "passport", "password", "person",
		"phone", "postcode", "reporter", "requester", "secret", "ssn", "street", "surname", "telephone", "text", "token",
		"user", "username", "zip",
	}
}

// tellsNumber is about names whose numbers are personal, too.
func tellsNumber(name string) bool {
	numbers := []string{"card", "dob", "fax", "mobile", "passport", "phone", "postcode", "ssn", "telephone", "zip"}
	return slices.ContainsFunc(split(name), func(w string) bool { return slices.Contains(numbers, w) })
}

// split makes words of a name: modified_by, modifiedBy and modified-by are two.
func split(name string) []string {
	spaced := regexp.MustCompile(`([a-z0-9])([A-Z])`).ReplaceAllString(name, "$1 $2")
	return strings.FieldsFunc(strings.ToLower(spaced), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
}

// plain texts tell nothing of anybody: dates, numbers and words in capitals.
func plain(text string) bool {
	return text == "" || upper(text) || date(text) || regexp.MustCompile(`^[0-9.,:+-]*$`).MatchString(text)
}

// upper is about the words of enumerations: OPEN, IN_PROGRESS.
func upper(text string) bool {
	return regexp.MustCompile(`^[A-Z][A-Z0-9_]*$`).MatchString(text) && !strings.HasPrefix(text, "AKIA") && !strings.HasPrefix(text, "ASIA")
}

func date(text string) bool {
	return regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9:.]+(Z|[+-][0-9:]+)?)?$`).MatchString(text)
}
