// Package keypackages stores key packages of devices, leases them to accounts that
// want to add the devices to a group, and lists and deletes devices.
//
// One key package, for example: PublishKeyPackage parses and verifies it
// (readKeyPackage, check) and stores it under its KeyPackageRef (RFC 9420, section
// 5.2), if the account is within its limits (storeKeyPackages). GetKeyPackages of
// another account leases it (claim), if that account has not had too many of the
// device (Claims). While the lease lasts, this requester gets the same package again
// and nobody else gets it. A commit whose Welcome names the package spends it
// (server/group). If few packages are left, their owner gets an event (LogScarce) and
// publishes more. The cleaner deletes spent and expired packages (server/retention).
//
// # Files
//
//   - service.go: Service
//   - publish.go: publishKeyPackage: parsing and verification
//   - publishmany.go: publishKeyPackages: limits, and storing of one or many packages
//   - claim.go: getKeyPackages: the call and its answer
//   - lease.go: leases and last-resort packages, in transactions
//   - claimcounts.go: limits on packages that others get; the event about scarce ones
//   - stats.go: getKeyPackageStats
//   - devices.go: listDevices and deleteDevice
package keypackages
