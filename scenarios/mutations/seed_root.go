package mutations

import (
	"context"
	"time"

	"github.com/stillwater-streams/stillwater/harness"
	"github.com/stillwater-streams/stillwater/triggers/model"
)

type rootArgs struct {
	ID          string    `yaml:"id"`
	Group       string    `yaml:"group"`
	Nickname    string    `yaml:"nickname"`
	Type        rootType  `yaml:"type,omitempty"`
	CreatedDate time.Time `yaml:"created_date,omitempty"`
	author
}

type rootType string

// Choices are the types of a root.
func (rootType) Choices() []string { return []string{model.RootGit, model.RootIP, model.RootURL} }

// seedRoot puts an active root, a git repository unless it says otherwise.
func seedRoot() harness.Mutation {
	return harness.NewMutation("root", "A root of a group: what is tested.",
		func(ctx context.Context, w harness.Writer, a rootArgs) error {
			created := or(a.CreatedDate, w.Now)
			item, err := model.Root{
				ID: a.ID, GroupName: a.Group, Type: or(string(a.Type), model.RootGit), CreatedBy: a.by(), CreatedDate: created,
				State: model.RootState{Status: model.RootActive, Nickname: a.Nickname, ModifiedBy: a.by(), ModifiedDate: created},
			}.Item()
			if err != nil {
				return err
			}
			return putNew(ctx, w, item)
		})
}
