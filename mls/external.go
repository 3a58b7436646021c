package mls

import "fmt"

const sectionExternal = "RFC 9420 §12.4.3.2"

// ExternalCommit is what a commit says by which somebody joins alone.
type ExternalCommit struct {
	// Joiner is the leaf of its path: the credential and key of who joins.
	Joiner *LeafNode
	// Removed is the leaf it removes, the joiner's own old one; nil for none.
	Removed *uint32
}

// ExternalCommit checks the structure of an external commit: sent as
// new_member_commit, with a path, proposals by value only, among them exactly
// one ExternalInit, at most one Remove, and else only pre-shared keys (RFC 9420
// §12.2). Signature and tree are checked by Group.ApplyCommit.
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
