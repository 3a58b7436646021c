package mls

import "fmt"

const sectionExternal = "RFC 9420 §12.4.3.2"

// ExternalCommit holds the leaf that an external commit adds and the leaf that
// it removes.
type ExternalCommit struct {
	// Joiner is the leaf node of the commit's path. It carries the joiner's
	// credential and signature key.
	Joiner *LeafNode
	// Removed is the index of the leaf that the commit removes, which is the
	// joiner's own old leaf. It is nil when the commit removes none.
	Removed *uint32
}

// ExternalCommit checks the structure of an external commit (RFC 9420 §12.2):
// it is sent as new_member_commit, it has a path, and all its proposals are by
// value. They are exactly one ExternalInit, at most one Remove, and any number
// of pre-shared keys. Group.ApplyCommit checks signature and tree.
func (m *PublicMessage) ExternalCommit() (*ExternalCommit, error) {
	e, err := m.externalCommit()
	if err != nil {
		return nil, within("PublicMessage", "", err)
	}
	return e, nil
}

func (m *PublicMessage) externalCommit() (*ExternalCommit, error) {
	if m.ContentType != ContentTypeCommit {
		return nil, invalid("content_type", m.ContentType.String(), "commit", sectionExternal)
	}
	if m.Sender.Type != SenderNewMemberCommit {
		return nil, invalid("sender.sender_type", m.Sender.Type.String(), "new_member_commit", sectionExternal)
	}
	if m.Commit.Path == nil {
		return nil, invalid("commit.path", "none", "the joiner's path", sectionExternal)
	}
	out := &ExternalCommit{Joiner: &m.Commit.Path.LeafNode}
	inits := 0
	for i, p := range m.Commit.Proposals {
		field := fmt.Sprintf("commit.proposals[%d]", i)
		switch v := p.Proposal.(type) {
		case nil:
			return nil, invalid(field, "a reference", "proposals by value only", sectionExternal)
		case *ExternalInit:
			inits++
		case *Remove:
			if out.Removed != nil {
				return nil, invalid(field, "a second remove", "at most one remove", sectionExternal)
			}
			out.Removed = &v.Removed
		case *PreSharedKey:
		default:
			return nil, invalid(field, v.Type().String(), "external_init, remove or psk", sectionExternal)
		}
	}
	if inits != 1 {
		return nil, invalid("commit.proposals", fmt.Sprintf("%d external_init", inits), "exactly one", sectionExternal)
	}
	return out, nil
}
