package mutations

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

// reasonMoved is why a root is INACTIVE that lives on in another group, and
// reasonExclusion why its vulnerabilities are closed where they were.
const (
	reasonMoved     = "MOVED_TO_ANOTHER_GROUP"
	reasonExclusion = "EXCLUSION"
)

type moveRootArgs struct {
	Root    string `yaml:"root"`
	Group   string `yaml:"group"`
	NewRoot string `yaml:"new_root"`
	author
}

// moveRoot. In the new group: put the root; per finding: put F and FH unless one of
// the same title is there; per v: V and its history in one batch. In the old one:
// per v that is not closed: V state SAFE with reason EXCLUSION, VH; per pending
// reattack: V verification VERIFIED, VH; update of the root.
//
// New findings and vulnerabilities have the old id with the new group's name behind
// it, where the application draws one, so that every run gives the same ids.
func moveRoot() harness.Mutation {
	return harness.NewMutation("move_root", "Moves a root and its vulnerabilities to another group.",
		func(ctx context.Context, w harness.Writer, a moveRootArgs) error {
			m, err := a.read(ctx, w)
			if err != nil {
				return err
			}
			if err := m.copyRoot(ctx, w); err != nil {
				return err
			}
			for _, v := range m.vulnerabilities {
				if err := m.copyVulnerability(ctx, w, v); err != nil {
					return err
				}
			}
			for _, v := range m.vulnerabilities {
				if err := v.exclude(ctx, w, a.by()); err != nil {
					return err
				}
			}
			return m.root.deactivate(ctx, w, a.by())
		})
}

// move is one in progress.
type move struct {
	moveRootArgs
	root            *root
	vulnerabilities []*vulnerability  // of the root, those that are not removed
	findings        map[string]string // old id → id in the new group
}

// read reads what is to be moved and makes sure that it can be.
func (a moveRootArgs) read(ctx context.Context, w harness.Writer) (*move, error) {
	m := &move{moveRootArgs: a, findings: map[string]string{}}
	var err error
	if m.root, err = readRoot(ctx, w, a.Root); err != nil {
		return nil, err
	}
	if problem := mustBe("state", m.root.State.Status, model.RootActive); problem != "" {
		return nil, fmt.Errorf("%s: %s", a.Root, problem)
	}
	if a.Group == m.root.GroupName {
		return nil, fmt.Errorf("%s: it is in group %s already", a.Root, a.Group)
	}
	if err := requireGroup(ctx, w, a.Group); err != nil {
		return nil, err
	}
	created, err := m.created(w).Item()
	if err != nil {
		return nil, err
	}
	if err := requireFree(ctx, w, a.NewRoot, created); err != nil {
		return nil, err
	}
	m.vulnerabilities, err = vulnerabilitiesOfRoot(ctx, w, a.Root)
	return m, err
}

// created is the root in its new group.
func (m *move) created(w harness.Writer) model.Root {
	created := m.root.Root
	created.ID, created.GroupName, created.CreatedBy, created.CreatedDate = m.NewRoot, m.Group, m.by(), w.Now
	created.State.ModifiedBy, created.State.ModifiedDate = m.by(), w.Now
	return created
}

func (m *move) copyRoot(ctx context.Context, w harness.Writer) error {
	item, err := m.created(w).Item()
	if err != nil {
		return err
	}
	return putNew(ctx, w, item)
}

// copyVulnerability puts a vulnerability and its history under new keys, after the
// finding that it belongs to there.
func (m *move) copyVulnerability(ctx context.Context, w harness.Writer, v *vulnerability) error {
	finding, err := m.findingFor(ctx, w, v.FindingID)
	if err != nil {
		return err
	}
	oldPK, err := model.VulnerabilityPK(v.ID)
	if err != nil {
		return err
	}
	copied := v.Vulnerability
	copied.ID, copied.GroupName, copied.RootID, copied.FindingID = v.ID+"-"+m.Group, m.Group, m.NewRoot, finding
	item, err := copied.Item()
	if err != nil {
		return err
	}
	past, err := query(ctx, w, byPrefix(oldPK, ""))
	if err != nil {
		return fmt.Errorf("%s: read history: %w", v.ID, err)
	}
	items := []model.Item{item}
	for _, entry := range past {
		if keyText(entry) == keyText(v.item) {
			continue
		}
		entry["pk"] = item["pk"]
		items = append(items, entry)
	}
	return batchPut(ctx, w, items...)
}

// findingFor returns the finding of the new group that has the title of an old one,
// and reports it there if there is none.
func (m *move) findingFor(ctx context.Context, w harness.Writer, id string) (string, error) {
	if known := m.findings[id]; known != "" {
		return known, nil
	}
	old, err := readFinding(ctx, w, id)
	if err != nil {
		return "", err
	}
	if m.findings[id], err = findingByTitle(ctx, w, m.Group, old.Title); m.findings[id] != "" || err != nil {
		return m.findings[id], err
	}
	reported := model.Finding{
		ID: old.ID + "-" + m.Group, GroupName: m.Group, Title: old.Title, SeverityScore: old.SeverityScore,
		State: model.FindingState{Status: old.State.Status, ModifiedBy: m.by(), ModifiedDate: w.Now, Source: old.State.Source},
	}
	reported.Creation = &model.FindingState{Status: model.FindingCreated, ModifiedBy: m.by(), ModifiedDate: w.Now, Source: old.State.Source}
	item, err := reported.Item()
	if err != nil {
		return "", err
	}
	if err := putNew(ctx, w, item); err != nil {
		return "", err
	}
	pk, err := model.FindingPK(reported.ID)
	if err != nil {
		return "", err
	}
	m.findings[id] = reported.ID
	return reported.ID, putHistory(ctx, w, pk, reported.State)
}

// exclude closes a vulnerability that went elsewhere, and its reattack.
func (v *vulnerability) exclude(ctx context.Context, w harness.Writer, by string) error {
	if v.State.Status != model.StateSafe {
		if err := v.changeState(ctx, w, by, func(s *model.State, i *model.VulnerabilityIndicators) {
			s.Status, s.Reasons, i.ClosingDate = model.StateSafe, []string{reasonExclusion}, s.ModifiedDate
		}); err != nil {
			return err
		}
	}
	if noReattackPending(v.Vulnerability) == "" {
		return nil
	}
	return v.changeVerification(ctx, w, model.VerificationVerified, "")
}

// vulnerabilitiesOfRoot lists the vulnerabilities in a root by id, without what is
// removed or about to be.
func vulnerabilitiesOfRoot(ctx context.Context, w harness.Writer, id string) ([]*vulnerability, error) {
	list, err := parsed(query(ctx, w, byIndex("gsi_2", "pk_2", "ROOT#"+id, "sk_2", "VULN#")))
	if err != nil {
		return nil, fmt.Errorf("%s: list vulnerabilities: %w", id, err)
	}
	return slices.DeleteFunc(list, func(v *vulnerability) bool {
		return v.Deleted() || v.State.Status == model.StateMasked
	}), nil
}

// findingByTitle returns the id of the group's finding with a title, "" if there is
// none or it is removed. The index also holds the group's roots and events: hence
// the prefix.
func findingByTitle(ctx context.Context, w harness.Writer, group, title string) (string, error) {
	items, err := query(ctx, w, byIndex("inverted_index", "sk", "GROUP#"+group, "pk", "FIN#"))
	if err != nil {
		return "", fmt.Errorf("%s: list findings: %w", group, err)
	}
	for _, item := range items {
		f, err := model.ParseFinding(item)
		if err != nil {
			return "", err
		}
		if strings.EqualFold(f.Title, title) && !f.Deleted() {
			return f.ID, nil
		}
	}
	return "", nil
}
