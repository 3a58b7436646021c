package keypackages

import (
	"context"

	"catbird.blue/mls/db"
	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/limit"
	"catbird.blue/mls/xrpc"
)

// maxListedDevices is how many devices of an account are told, the newest: more
// can be there only where old ones have neither packages nor leaves.
const maxListedDevices = 1000

// GetKeyPackageStats counts the caller's own packages, by device and suite. A
// package counts as available when it would be handed out now: it outlives a
// lease. A suite whose packages are all used up is there, with zeros.
func (s *Service) GetKeyPackageStats(ctx context.Context, caller xrpc.Caller, p *gen.GetKeyPackageStatsParams) (*gen.GetKeyPackageStatsOutput, error) {
	now := s.Now()
	arg := db.CountKeyPackagesParams{Did: caller.DID, Now: now, Horizon: now.Add(limit.LeaseTime), MaxDevices: maxListedDevices}
	if p.CipherSuite != nil {
		suite, err := mls.ParseCipherSuite(*p.CipherSuite)
		if err != nil {
			return nil, gen.Errorf(gen.ErrInvalidCipherSuite, "cipherSuite: %v", err)
		}
		arg.CipherSuite = int64(suite)
	}
	rows, err := db.New(s.Pool).CountKeyPackages(ctx, arg)
	if err != nil {
		return nil, err
	}
	out := &gen.GetKeyPackageStatsOutput{Devices: []gen.GetKeyPackageStatsDeviceStats{}}
	for _, r := range rows {
		if n := len(out.Devices); n == 0 || out.Devices[n-1].DeviceID != r.DeviceID {
			out.Devices = append(out.Devices, gen.GetKeyPackageStatsDeviceStats{
				DeviceID: r.DeviceID, Suites: []gen.GetKeyPackageStatsSuiteStats{},
			})
		}
		if r.CipherSuite != 0 {
			d := &out.Devices[len(out.Devices)-1]
			d.Suites = append(d.Suites, suiteStats(r))
		}
	}
	return out, nil
}

func suiteStats(r db.CountKeyPackagesRow) gen.GetKeyPackageStatsSuiteStats {
	v := gen.GetKeyPackageStatsSuiteStats{
		CipherSuite: mls.CipherSuite(r.CipherSuite).String(),
		Available:   r.Available,
		Leased:      r.Leased,
		LastResort:  r.LastResort,
	}
	if r.LastResortUsedAt.Unix() != 0 {
		v.LastResortUsedAt = new(xrpc.FormatTime(r.LastResortUsedAt))
	}
	return v
}
