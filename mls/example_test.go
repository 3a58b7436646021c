package mls_test

import (
	"fmt"
	"time"

	"catbird.blue/mls/mls"
	"catbird.blue/mls/mls/mlstest"
)

// A device publishes a key package. The service verifies it for the account that
// published it, and names the device by its signature key.
func ExampleKeyPackage_Verify() {
	alice := mlstest.NewClient("did:plc:alice")
	published := mlstest.Wrap(alice.KeyPackage())

	keyPackage, err := mls.ParseKeyPackage(published)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("for Alice:", keyPackage.Verify(time.Now(), "did:plc:alice"))
	fmt.Println("device known:", mls.DeviceID(keyPackage.LeafNode.SignatureKey) == alice.DeviceID())
	fmt.Println("for Bob:", keyPackage.Verify(time.Now(), "did:plc:bob") != nil)
	// Output:
	// for Alice: <nil>
	// device known: true
	// for Bob: true
}

// The service follows a group with public keys only: it begins with a verified
// GroupInfo, and applies each commit that was sent as PublicMessage.
func ExampleGroup_ApplyCommit() {
	alice, bob := mlstest.NewClient("did:plc:alice"), mlstest.NewClient("did:plc:bob")
	first := mlstest.NewGroupWith(alice, mlstest.Random(16), bob)

	info, err := mls.ParseGroupInfo(first.GroupInfo)
	if err != nil {
		fmt.Println(err)
		return
	}
	group, err := info.Verify(nil, nil) // the tree is inside the GroupInfo
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("epoch", group.Context.Epoch)

	removal := first.Next.Commit(alice, mlstest.Plan{Public: true, RemoveDIDs: []string{"did:plc:bob"}})
	message, err := mls.ParseMessage(removal.Message)
	if err != nil {
		fmt.Println(err)
		return
	}
	next, _, err := group.ApplyCommit(message.Public, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("epoch", next.Context.Epoch)

	// The same commit does not fit the epoch that it led to.
	_, _, err = next.ApplyCommit(message.Public, nil, nil)
	fmt.Println("again:", err != nil)
	// Output:
	// epoch 1
	// epoch 2
	// again: true
}
