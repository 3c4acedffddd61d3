package generator

import (
	"fmt"

	"github.com/stillwater-streams/stillwater/triggers/model"
)

// generatedRoot is what vulnerabilities need of a root.
type generatedRoot struct {
	id, kind, address string
	criticality       model.Criticality
}

// addRoots adds four repositories, two applications and two networks.
func (g *group) addRoots() {
	for i, r := range []generatedRoot{
		{"", model.RootGit, "shop", model.CriticalityCritical},
		{"", model.RootGit, "billing", model.CriticalityHigh},
		{"", model.RootGit, "intranet", model.CriticalityMedium},
		{"", model.RootGit, "website", ""},
		{"", model.RootURL, "https://app.example.com", model.CriticalityCritical},
		{"", model.RootURL, "https://api.example.com", model.CriticalityHigh},
		{"", model.RootIP, "203.0.113", model.CriticalityLow},
		{"", model.RootIP, "198.51.100", ""},
	} {
		r.id = fmt.Sprintf("%s-r%d", g.Group, i+1)
		g.roots = append(g.roots, r)
		g.put(model.Root{
			ID: r.id, GroupName: g.Group, Type: r.kind, CreatedBy: author, CreatedDate: g.began(),
			State: model.RootState{Status: model.RootActive, Nickname: r.address, ModifiedBy: author, ModifiedDate: g.began()},
		})
	}
}

// rootsFor returns the roots in which a type of vulnerability can lie.
func (g *group) rootsFor(kind string) []generatedRoot {
	want := map[string]string{model.TypeLines: model.RootGit, model.TypeInputs: model.RootURL, model.TypePorts: model.RootIP}[kind]
	var fit []generatedRoot
	for _, r := range g.roots {
		if r.kind == want {
			fit = append(fit, r)
		}
	}
	return fit
}

// location draws a place: a file and line, a page and field, or a host and port.
// Places come more than once, as real ones do.
func (g *group) location(kind string, r generatedRoot) (where, specific string) {
	switch kind {
	case model.TypeInputs:
		pages := []string{"/login", "/search", "/orders", "/orders/{id}", "/profile", "/invoices", "/export", "/help", "/admin/users"}
		fields := []string{"q", "name", "id", "page", "Authorization", "session", "filter", "file", "comment"}
		return r.address + pick(g, pages), pick(g, fields)
	case model.TypePorts:
		ports := []string{"21", "22", "23", "80", "443", "445", "3306", "3389", "5432", "6379", "8080", "9200"}
		return fmt.Sprintf("%s.%d", r.address, g.random.IntN(60)+2), pick(g, ports)
	}
	folders := []string{"src/api", "src/auth", "src/db", "src/jobs", "src/web", "lib", "deploy"}
	files := []string{"client.py", "handler.py", "models.py", "query.py", "session.ts", "upload.ts", "views.ts", "main.tf", "Dockerfile", "report.java"}
	return fmt.Sprintf("%s/%s/%s", r.address, pick(g, folders), pick(g, files)), fmt.Sprint(g.random.IntN(400) + 1)
}
