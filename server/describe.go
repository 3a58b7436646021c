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
	if s.Follows.Configured() {
		out.AppView = new(true)
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
	out.Rates = s.describeRates()
	return out
}

// describeRates returns the rates of the classes, scaled as the configuration says;
// nil if they are switched off.
func (s *Server) describeRates() []gen.DescribeServiceRate {
	limits := s.config.Limits.OrDefault()
	if limits.Off() {
		return nil
	}
	out := make([]gen.DescribeServiceRate, xrpc.RateClasses)
	for c := range out {
		row := limit.AccountRow(xrpc.RateClass(c))
		burst, perMinute := limits.Scaled(row)
		out[c] = gen.DescribeServiceRate{Class: row.Name, Per: row.Per, Burst: burst, PerMinute: perMinute}
	}
	for _, m := range gen.Methods {
		out[m.Rate].Methods = append(out[m.Rate].Methods, m.NSID)
	}
	return out
}
