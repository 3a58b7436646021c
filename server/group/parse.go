package group

import (
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// maxEpoch is the largest framing epoch that is accepted: the epoch after it is
// the largest integer that a JSON reader with float64 numbers represents exactly.
const maxEpoch = 1<<53 - 2

// parsedCommit is a commit, parsed, with the objects that come with it.
type parsedCommit struct {
	// epoch is the framing epoch.
	epoch int64
	// public is nil for a PrivateMessage, whose content nobody outside the group
	// can read; private is nil for a PublicMessage.
	public  *mls.PublicMessage
	private *mls.PrivateMessage
	// external is set for an external commit only.
	external *mls.ExternalCommit
	// welcome is nil where there is none.
	welcome   *mls.Welcome
	groupInfo *groupInfoAndTree
}

// parseCommit parses the objects of a commit request and makes all checks that
// need no state of the conversation.
func parseCommit(req *commitRequest) (*parsedCommit, error) {
	m, framing, err := parseFramed(gen.ErrInvalidCommit, req.commitField, req.commit, limit.MaxCommit)
	if err != nil {
		return nil, err
	}
	if framing.ContentType != mls.ContentTypeCommit {
		return nil, gen.Errorf(gen.ErrInvalidCommit, "%s: its content is of type %s, want commit", req.commitField, framing.ContentType)
	}
	if err := checkFraming(gen.ErrInvalidCommit, req.commitField, framing, req.convoID); err != nil {
		return nil, err
	}
	p := &parsedCommit{epoch: int64(framing.Epoch), public: m.Public, private: m.Private}
	if req.external {
		err = p.parseExternal(req)
	} else if p.public != nil {
		err = checkMemberCommit(p.public, req.commitField)
	}
	if err != nil {
		return nil, err
	}
	if p.welcome, err = parseWelcome(req.welcomeField, req.welcome); err != nil {
		return nil, err
	}
	p.groupInfo, err = parseGroupInfoAndTree(req.convoID, req.groupInfo, req.ratchetTree, "every commit comes with the GroupInfo of the epoch it leads to")
	if err != nil {
		return nil, err
	}
	return p, p.checkGroupInfo()
}

// checkGroupInfo requires the GroupInfo of the next epoch, and with a
// PrivateMessage its ratchet tree.
func (p *parsedCommit) checkGroupInfo() error {
	if got, want := p.groupInfo.epoch(), p.epoch+1; got != want {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: is of epoch %d, want %d: the epoch the commit leads to", got, want)
	}
	if p.public != nil {
		return nil // the tree follows from the commit
	}
	return p.groupInfo.requireTree("of a commit sent as PrivateMessage nothing else shows the members")
}

// refuse returns the error for what is wrong with the epoch that the commit leads
// to. It names the object that states this epoch.
func (p *parsedCommit) refuse(req *commitRequest, why error) error {
	if p.public == nil {
		return gen.Errorf(gen.ErrInvalidGroupInfo, "groupInfo: %v", why)
	}
	return gen.Errorf(gen.ErrInvalidCommit, "%s: %v", req.commitField, why)
}

// proposalRefs returns the commit's references to proposals. It returns none for
// a PrivateMessage, which hides them.
func (p *parsedCommit) proposalRefs() [][]byte {
	if p.public == nil {
		return nil
	}
	var refs [][]byte
	for _, x := range p.public.Commit.Proposals {
		if x.Proposal == nil {
			refs = append(refs, x.Ref)
		}
	}
	return refs
}

// parseExternal requires an external commit and checks its structure.
func (p *parsedCommit) parseExternal(req *commitRequest) (err error) {
	if p.public == nil {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: an external commit is sent as PublicMessage (RFC 9420 §12.4.3.2)", req.commitField)
	}
	if p.external, err = p.public.ExternalCommit(); err != nil {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: %v", req.commitField, err)
	}
	return nil
}

// parseFramed parses a PublicMessage or a PrivateMessage. errName is the lexicon's
// error for this object, and field its name there.
func parseFramed(errName, field string, b []byte, most int) (*mls.Message, mls.Framing, error) {
	if b == nil {
		return nil, mls.Framing{}, gen.Errorf(errName, "%s: missing", field)
	}
	if err := checkSize(errName, field, b, most); err != nil {
		return nil, mls.Framing{}, err
	}
	m, err := mls.ParseMessage(b)
	if err != nil {
		return nil, mls.Framing{}, gen.Errorf(errName, "%s: %v", field, err)
	}
	framing, ok := m.Framing()
	if !ok {
		return nil, mls.Framing{}, gen.Errorf(errName, "%s: is a %s, want a PublicMessage or a PrivateMessage (RFC 9420 §6)", field, m.WireFormat)
	}
	return m, framing, nil
}

// checkSize bounds the size of an object. The lexicon bounds the length of its
// base64 string, which allows a few bytes more.
func checkSize(errName, field string, b []byte, most int) error {
	if len(b) <= most {
		return nil
	}
	return gen.Errorf(errName, "%s: %d bytes; this service accepts %d", field, len(b), most)
}

// checkFraming requires the conversation's group_id, and an epoch within
// maxEpoch.
func checkFraming(errName, field string, f mls.Framing, convoID xrpc.ConvoID) error {
	if xrpc.ConvoIDOf(f.GroupID) != convoID {
		return gen.Errorf(errName, "%s: its group_id is not that of the conversation", field)
	}
	if f.Epoch > maxEpoch {
		return gen.Errorf(errName, "%s: epoch %d is beyond what this service counts to", field, f.Epoch)
	}
	return nil
}

// checkMemberCommit refuses a PublicMessage that is not a member's, or that has
// proposals which the service does not accept in a commit.
func checkMemberCommit(m *mls.PublicMessage, field string) error {
	switch m.Sender.Type {
	case mls.SenderMember:
	case mls.SenderNewMemberCommit:
		return gen.Errorf(gen.ErrInvalidCommit, "%s: an external commit goes to joinConvo", field)
	default:
		return gen.Errorf(gen.ErrInvalidCommit, "%s: its sender is of type %s, want member", field, m.Sender.Type)
	}
	refs := 0
	for i, p := range m.Commit.Proposals {
		if p.Proposal == nil {
			refs++
			continue
		}
		if why := refusedProposal(p.Proposal); why != "" {
			return gen.Errorf(gen.ErrInvalidCommit, "%s: proposals[%d]: %s", field, i, why)
		}
	}
	if refs > limit.MaxLeaves {
		return gen.Errorf(gen.ErrInvalidCommit, "%s: %d proposals by reference, more than the %d leaves a group may have", field, refs, limit.MaxLeaves)
	}
	return nil
}

// refusedProposal returns why a proposal is not accepted, and "" where it is.
func refusedProposal(p mls.Proposal) string {
	switch p.Type() {
	case mls.ProposalReInit:
		return "reinit is not supported: create a new conversation"
	case mls.ProposalExternalInit:
		return "external_init belongs to an external commit (RFC 9420 §12.2)"
	}
	return ""
}

// parseWelcome parses a Welcome. It returns nil where there is none.
func parseWelcome(field string, b []byte) (*mls.Welcome, error) {
	if b == nil {
		return nil, nil
	}
	if err := checkSize(gen.ErrInvalidWelcome, field, b, limit.MaxWelcome); err != nil {
		return nil, err
	}
	w, err := mls.ParseWelcome(b)
	if err == nil {
		err = w.Verify()
	}
	if err != nil {
		return nil, gen.Errorf(gen.ErrInvalidWelcome, "%s: %v", field, err)
	}
	if len(w.Secrets) > limit.MaxLeaves {
		return nil, gen.Errorf(gen.ErrInvalidWelcome, "%s: %d key packages, more than the %d leaves a group may have", field, len(w.Secrets), limit.MaxLeaves)
	}
	return w, nil
}
