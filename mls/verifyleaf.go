package mls

import (
	"fmt"
	"slices"
)

const sectionLeaf = "RFC 9420 §7.3"

// checkForm checks what can be seen of a leaf without hashing: its keys, and
// that its capabilities contain what it uses itself.
func (l *LeafNode) checkForm(s CipherSuite) error {
	if err := checkKEMKey(s, l.EncryptionKey); err != nil {
		return within("", "encryption_key", err)
	}
	if err := checkSignatureKey(s, l.SignatureKey); err != nil {
		return within("", "signature_key", err)
	}
	c := &l.Capabilities
	if !c.Versions.Has(versionMLS10) {
		return invalid("capabilities.versions", c.Versions.String(), "1 (mls10) among them", "RFC 9420 §7.2")
	}
	if !c.CipherSuites.Has(s) {
		return invalid("capabilities.cipher_suites", c.CipherSuites.String(),
			fmt.Sprintf("%d (%s) among them", s, s), "RFC 9420 §7.2")
	}
	if !c.Credentials.Has(l.Credential.Type) {
		return invalid("capabilities.credentials", c.Credentials.String(),
			fmt.Sprintf("the credential's own type %d among them", l.Credential.Type), "RFC 9420 §7.2")
	}
	listed := c.Extensions.finder()
	for i, e := range l.Extensions {
		if !everyone(e.Type) && !listed.has(e.Type) {
			return invalid(fmt.Sprintf("extensions[%d]", i), fmt.Sprintf("type %d", e.Type), "a type listed in capabilities.extensions", sectionLeaf)
		}
	}
	return nil
}

// everyone reports whether an extension type is one that every client
// supports and none lists (RFC 9420 §7.2).
func everyone(t ExtensionType) bool {
	return t >= ExtensionApplicationID && t <= ExtensionExternalSenders
}

// everyoneProposal is the same for proposals.
func everyoneProposal(t ProposalType) bool {
	return t >= ProposalAdd && t <= ProposalGroupContextExtensions
}

// verifySignature checks the leaf's own signature.
func (l *LeafNode) verifySignature(s CipherSuite, groupID []byte, index uint32) error {
	tbs := l.AppendTBS(make([]byte, 0, len(l.Raw)+len(groupID)+8), groupID, index)
	return VerifyWithLabel(s, l.SignatureKey, LabelLeafNode, tbs, l.Signature)
}

// requirements are what a group's context asks of every leaf.
type requirements struct {
	extensions  []ExtensionType // required, or used by the group
	proposals   []ProposalType
	credentials []CredentialType
}

func (c *GroupContext) requirements() (requirements, error) {
	var q requirements
	if _, err := c.Extensions.ExternalSenders(); err != nil {
		return q, within("", "external_senders", err)
	}
	required, err := c.Extensions.RequiredCapabilities()
	if err != nil {
		return q, within("", "required_capabilities", err)
	}
	if required != nil {
		q.extensions = required.ExtensionTypes.unique()
		q.proposals = slices.DeleteFunc(required.ProposalTypes.unique(), everyoneProposal)
		q.credentials = required.CredentialTypes.unique()
	}
	for _, e := range c.Extensions {
		q.extensions = append(q.extensions, e.Type)
	}
	q.extensions = slices.DeleteFunc(q.extensions, everyone)
	return q, nil
}

// met checks a leaf against the group (RFC 9420 §7.3, §11.1, §13.4).
func (q *requirements) met(l *LeafNode) error {
	c := &l.Capabilities
	if err := listsAll(c.Extensions, q.extensions, "capabilities.extensions"); err != nil {
		return err
	}
	if err := listsAll(c.Proposals, q.proposals, "capabilities.proposals"); err != nil {
		return err
	}
	return listsAll(c.Credentials, q.credentials, "capabilities.credentials")
}

func listsAll[T ~uint16](l List[T], required []T, field string) error {
	listed := l.finder()
	for _, t := range required {
		if !listed.has(t) {
			return invalid(field, "not listed", fmt.Sprintf("type %d, which the group's extensions require", uint16(t)), sectionLeaf)
		}
	}
	return nil
}
