package mls

import (
	"fmt"
	"slices"
)

const sectionLeaf = "RFC 9420 §7.3"

// checkForm checks a leaf without verifying its signature: its keys, and that
// its capabilities list everything that the leaf itself uses.
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
		if !isDefaultExtension(e.Type) && !listed.has(e.Type) {
			return invalid(fmt.Sprintf("extensions[%d]", i), fmt.Sprintf("type %d", e.Type), "a type listed in capabilities.extensions", sectionLeaf)
		}
	}
	return nil
}

// isDefaultExtension reports whether every client must support the extension
// type. Capabilities do not list these types (RFC 9420 §7.2).
func isDefaultExtension(t ExtensionType) bool {
	return t >= ExtensionApplicationID && t <= ExtensionExternalSenders
}

// isDefaultProposal reports the same for a proposal type.
func isDefaultProposal(t ProposalType) bool {
	return t >= ProposalAdd && t <= ProposalGroupContextExtensions
}

// verifySignature checks the leaf's own signature.
func (l *LeafNode) verifySignature(s CipherSuite, groupID []byte, index uint32) error {
	tbs := l.AppendTBS(make([]byte, 0, len(l.Raw)+len(groupID)+8), groupID, index)
	return VerifyWithLabel(s, l.SignatureKey, LabelLeafNode, tbs, l.Signature)
}

// requirements holds what the group context requires of every leaf.
type requirements struct {
	extensions  []ExtensionType // listed in required_capabilities, or used by the group itself
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
		q.proposals = slices.DeleteFunc(required.ProposalTypes.unique(), isDefaultProposal)
		q.credentials = required.CredentialTypes.unique()
	}
	for _, e := range c.Extensions {
		q.extensions = append(q.extensions, e.Type)
	}
	q.extensions = slices.DeleteFunc(q.extensions, isDefaultExtension)
	return q, nil
}

// check checks that a leaf fulfils the requirements (RFC 9420 §7.3, §11.1,
// §13.4).
func (q *requirements) check(l *LeafNode) error {
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
