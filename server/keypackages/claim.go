package keypackages

import (
	"context"
	"encoding/hex"
	"time"

	"catbird.blue/mls/gen"
	"catbird.blue/mls/mls"
	"catbird.blue/mls/server/convo"
	"catbird.blue/mls/server/limit"
	eventlog "catbird.blue/mls/server/stream/log"
	"catbird.blue/mls/xrpc"
)

const (
	// claimRounds is how often a claim tries for packages that others hold at
	// that moment; claimPause is the first wait between two tries, and each
	// further one is twice as long.
	claimRounds = 5
	claimPause  = 4 * time.Millisecond
	// maxMissingDevices is what the lexicon allows in an answer.
	maxMissingDevices = 3200
	// keyPackageEntry is what an entry of an answer takes in JSON besides DID
	// and package, and missingDeviceEntry the same of a missing device.
	keyPackageEntry    = 360
	missingDeviceEntry = 64
)

// GetKeyPackages gives one key package for each device of each account named.
// Each is leased to the caller; asking again gives the same one while the lease
// lasts. See claim for the rules. Devices that are in the conversation already
// are left out, unless their account asks to be added again.
//
// An answer that would exceed MaxAnswer is cut between accounts: the devices of
// an account that does not fit are in missingDevices while the account is not
// in missing, and asking for fewer accounts gives their packages. One account
// always fits.
func (s *Service) GetKeyPackages(ctx context.Context, caller xrpc.Caller, p *gen.GetKeyPackagesParams) (*gen.GetKeyPackagesOutput, error) {
	c := claim{server: s, holder: caller.DID, dids: convo.Unique(p.DIDs)}
	if p.CipherSuite != nil {
		suite, err := mls.ParseCipherSuite(*p.CipherSuite)
		if err != nil {
			return nil, xrpc.Invalid("cipherSuite", "%v", err)
		}
		c.suite = int64(suite)
	}
	if p.ConvoID != nil {
		c.convo = *p.ConvoID
	}
	if err := c.run(ctx); err != nil {
		return nil, err
	}
	if c.told {
		s.Hint(string(eventlog.AccountStreamKey(caller.DID)))
	}
	return c.answer(), nil
}

// answer puts what was claimed into the order of the request; the devices of
// one account are in the order of their first appearance.
func (c *claim) answer() *gen.GetKeyPackagesOutput {
	out := &gen.GetKeyPackagesOutput{KeyPackages: []gen.KeyPackageRef{}}
	for _, did := range c.dids {
		served := false
		for _, d := range c.devices[did] {
			served = served || d.pkg != nil
			switch {
			case d.pkg != nil && d.pkg.bytes != nil:
				out.KeyPackages = append(out.KeyPackages, d.view())
			case len(out.MissingDevices) < maxMissingDevices:
				out.MissingDevices = append(out.MissingDevices, gen.DeviceRef{DID: did, DeviceID: d.id})
			}
		}
		if !served && (len(c.devices[did]) > 0 || !c.seated[did]) {
			out.Missing = append(out.Missing, did)
		}
	}
	return out
}

func (d *claimDevice) view() gen.KeyPackageRef {
	v := gen.KeyPackageRef{
		DID:            d.did,
		KeyPackage:     d.pkg.bytes,
		CipherSuite:    mls.CipherSuite(d.suite).String(),
		DeviceID:       &d.id,
		KeyPackageHash: new(hex.EncodeToString(d.pkg.ref)),
		LastResort:     new(d.pkg.leaseEnds == nil),
	}
	if d.pkg.leaseEnds != nil {
		v.LeaseExpiresAt = new(xrpc.FormatTime(*d.pkg.leaseEnds))
	}
	return v
}

// fitting picks the packages whose bytes go into the answer: account by
// account, as long as there is room, and those of the first account always.
func (c *claim) fitting() []*claimDevice {
	room := limit.MaxAnswer - 64
	for _, did := range c.dids {
		room -= len(did) + 3
		room -= len(c.devices[did]) * (missingDeviceEntry + len(did))
	}
	var out []*claimDevice
	for _, did := range c.dids {
		cost := 0
		var packages []*claimDevice
		for _, d := range c.devices[did] {
			if d.pkg != nil {
				cost += keyPackageEntry + len(did) + int(d.pkg.size+2)/3*4
				packages = append(packages, d)
			}
		}
		if cost <= room || len(out) == 0 {
			room -= cost
			out = append(out, packages...)
		}
	}
	return out
}
