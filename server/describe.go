package server

import (
	"context"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// DescribeService returns the identity, the limits and the lexicons of this service. It
// needs no caller. The answer never changes, so it is made once.
func (s *Server) DescribeService(context.Context, xrpc.Caller) (*gen.DescribeServiceOutput, error) {
	return s.description(), nil
}

func (s *Server) describe() *gen.DescribeServiceOutput {
	out := &gen.DescribeServiceOutput{
		DID:     s.config.ServiceDID,
		Version: s.config.Version,
		Limits: gen.DescribeServiceLimits{
			ApplicationMessage:   limit.MaxApplicationMessage,
			Commit:               limit.MaxCommit,
			Proposal:             new(int64(limit.MaxProposal)),
			ProposalsPerEpoch:    new(limit.EpochProposals.Amount),
			Uploads:              new(limit.OpenUploads.Amount),
			Welcome:              limit.MaxWelcome,
			GroupInfo:            limit.MaxGroupInfo,
			RatchetTree:          limit.MaxRatchetTree,
			KeyPackage:           limit.MaxKeyPackage,
			RequestBody:          gen.MaxJSON,
			Blob:                 limit.MaxBlob,
			BlobQuota:            limit.MaxBlobBytes,
			KeyPackagesPerDevice: limit.MaxKeyPackages,
			Devices:              limit.MaxDevices,
			Members:              limit.MaxMembers,
			Leaves:               limit.MaxLeaves,
			WaitsAndStreams:      new(limit.WaitsAndStreams.Amount),
			PastEpochs:           s.PastEpochs,
		},
	}
	if s.config.ReportRecipient != "" {
		out.ReportRecipient = &s.config.ReportRecipient
	}
	for _, c := range mls.SupportedCipherSuites() {
		out.CipherSuites = append(out.CipherSuites, c.String())
	}
	for _, m := range gen.Methods {
		out.Lexicons = append(out.Lexicons, m.NSID)
	}
	return out
}
