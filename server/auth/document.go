package auth

import "github.com/bluesky-social/indigo/atproto/atcrypto"

// DIDDocument is what /.well-known/did.json serves
// (https://www.w3.org/TR/did-core/, https://w3c-ccg.github.io/did-method-web/).
type DIDDocument struct {
	Context            []string             `json:"@context"`
	ID                 string               `json:"id"`
	VerificationMethod []VerificationMethod `json:"verificationMethod"`
	Service            []Service            `json:"service"`
}

// VerificationMethod is a public key of a DID.
type VerificationMethod struct {
	ID                 string `json:"id"`
	Type               string `json:"type"`
	Controller         string `json:"controller"`
	PublicKeyMultibase string `json:"publicKeyMultibase"`
}

// Service is an endpoint of a DID.
type Service struct {
	ID              string `json:"id"`
	Type            string `json:"type"`
	ServiceEndpoint string `json:"serviceEndpoint"`
}

// Document returns the DID document of the service. It has the service's key
// under #atproto, and its endpoint, an origin, under #atproto_mls: a PDS looks
// there if a client names DID#atproto_mls in the header atproto-proxy.
func Document(serviceDID, publicURL string, key atcrypto.PublicKey) DIDDocument {
	return DIDDocument{
		Context: []string{"https://www.w3.org/ns/did/v1", "https://w3id.org/security/multikey/v1"},
		ID:      serviceDID,
		VerificationMethod: []VerificationMethod{{
			ID: serviceDID + "#atproto", Type: "Multikey", Controller: serviceDID,
			PublicKeyMultibase: key.Multibase(),
		}},
		Service: []Service{{ID: ServiceFragment, Type: "AtprotoMlsService", ServiceEndpoint: publicURL}},
	}
}
