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
	if !slices.Contains(c.Versions, versionMLS10) {
		return invalid("capabilities.versions", fmt.Sprint(c.Versions), "1 (mls10) among them", "RFC 9420 §7.2")
	}
	if !slices.Contains(c.CipherSuites, s) {
		return invalid("capabilities.cipher_suites", fmt.Sprintf("%d suites", len(c.CipherSuites)),
			fmt.Sprintf("%d (%s) among them", s, s), "RFC 9420 §7.2")
	}
	if !slices.Contains(c.Credentials, l.Credential.Type) {
		return invalid("capabilities.credentials", fmt.Sprint(c.Credentials),
			fmt.Sprintf("the credential's own type %d among them", l.Credential.Type), "RFC 9420 §7.2")
	}
	for i, e := range l.Extensions {
		if !c.supports(e.Type) {
			return invalid(fmt.Sprintf("extensions[%d]", i), fmt.Sprintf("type %d", e.Type), "a type listed in capabilities.extensions", sectionLeaf)
		}
	}
	return nil
}

// supports reports whether an extension type is listed, or one of those that
// every client supports and none lists (RFC 9420 §7.2).
func (c *Capabilities) supports(t ExtensionType) bool {
	return t >= ExtensionApplicationID && t <= ExtensionExternalSenders || slices.Contains(c.Extensions, t)
}

// supportsProposal is the same for proposals.
func (c *Capabilities) supportsProposal(t ProposalType) bool {
	return t >= ProposalAdd && t <= ProposalGroupContextExtensions || slices.Contains(c.Proposals, t)
}

// verifySignature checks the leaf's own signature.
func (l *LeafNode) verifySignature(s CipherSuite, groupID []byte, index uint32) error {
	tbs := l.AppendTBS(make([]byte, 0, len(l.Raw)+len(groupID)+8), groupID, index)
	return VerifyWithLabel(s, l.SignatureKey, LabelLeafNode, tbs, l.Signature)
}

// requirements are what a group's context asks of every leaf.
type requirements struct {
	extensions []ExtensionType
	required   *RequiredCapabilities
}

func (c *GroupContext) requirements() (requirements, error) {
	var q requirements
	for _, e := range c.Extensions {
		q.extensions = append(q.extensions, e.Type)
	}
	var err error
	if q.required, err = c.Extensions.RequiredCapabilities(); err != nil {
		return q, within("", "required_capabilities", err)
	}
	_, err = c.Extensions.ExternalSenders()
	return q, within("", "external_senders", err)
}

// met checks a leaf against the group (RFC 9420 §7.3, §11.1, §13.4).
func (q *requirements) met(l *LeafNode) error {
	for _, t := range q.extensions {
		if !l.Capabilities.supports(t) {
			return invalid("capabilities.extensions", "not listed", fmt.Sprintf("type %d, which the group uses", t), sectionLeaf)
		}
	}
	if q.required == nil {
		return nil
	}
	for _, t := range q.required.ExtensionTypes {
		if !l.Capabilities.supports(t) {
			return invalid("capabilities.extensions", "not listed", fmt.Sprintf("type %d, which required_capabilities names", t), sectionLeaf)
		}
	}
	for _, t := range q.required.ProposalTypes {
		if !l.Capabilities.supportsProposal(t) {
			return invalid("capabilities.proposals", "not listed", fmt.Sprintf("type %d, which required_capabilities names", t), sectionLeaf)
		}
	}
	for _, t := range q.required.CredentialTypes {
		if !slices.Contains(l.Capabilities.Credentials, t) {
			return invalid("capabilities.credentials", "not listed", fmt.Sprintf("type %d, which required_capabilities names", t), sectionLeaf)
		}
	}
	return nil
}
