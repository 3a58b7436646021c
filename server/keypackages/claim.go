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
	// claimRounds bounds the attempts of a claim whose packages are locked by other
	// transactions. claimPause is the pause after the first attempt, and doubles
	// after each further one.
	claimRounds = 5
	claimPause  = 4 * time.Millisecond
	// maxMissingDevices is the bound of the lexicon for missingDevices.
	maxMissingDevices = 3200
	// keyPackageEntry is the JSON of an entry of keyPackages without DID and package,
	// missingDeviceEntry that of an entry of missingDevices without DID, in bytes.
	keyPackageEntry    = 360
	missingDeviceEntry = 64
)

// GetKeyPackages returns one key package for each device of each named account, and
// leases it to the caller. While the lease lasts, another call returns the same
// package. See claim for the rules. Devices that are in the conversation already are
// left out, unless their account has requested to rejoin.
//
// An answer that would exceed limit.MaxAnswer is cut between accounts. The devices of
// an account that does not fit are in missingDevices, but the account is not in
// missing: a call for fewer accounts returns their packages. One account always fits.
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
	if c.published {
		s.Notify(string(eventlog.AccountStreamKey(caller.DID)))
	}
	return c.answer(), nil
}

// answer lists the accounts in the order of the request, and the devices of an account
// by age, the oldest first.
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
		if !served && (len(c.devices[did]) > 0 || !c.inConvo[did]) {
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

// fitting returns the devices whose packages fit into the answer. It adds whole
// accounts in the order of the request, and always the first one that has packages.
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
