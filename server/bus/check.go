package bus

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"
)

// Errors of Check.
var (
	ErrOldRedis = errors.New("Redis is older than version 7, which the channels between instances need (SPUBLISH, SSUBSCRIBE): " +
		"use Redis 7 or newer, or Valkey")
	ErrRedisRights = errors.New("the account of Redis may not use the channels between instances: " +
		"give it the commands +spublish +ssubscribe and the channels &mls:bus:* (ACL SETUSER)")
)

// Check asks Redis for what the bus needs. It returns an error only if Redis
// answers that it does not have it or does not allow it: the service starts
// without a Redis that does not answer.
func Check(ctx context.Context, client redis.UniversalClient) error {
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	if err := refusal(client.SPublish(ctx, channel(0), []byte{markNotification}).Err()); err != nil {
		return err
	}
	sub := client.SSubscribe(ctx, channel(0))
	defer func() { _ = sub.Close() }() // nothing is received
	_, err := sub.Receive(ctx)
	return refusal(err)
}

func refusal(err error) error {
	var answer redis.Error
	if !errors.As(err, &answer) {
		return nil
	}
	text := strings.ToLower(answer.Error())
	switch {
	case strings.Contains(text, "unknown command"):
		return fmt.Errorf("%w (%w)", ErrOldRedis, answer)
	case strings.HasPrefix(text, "noperm"):
		return fmt.Errorf("%w (%w)", ErrRedisRights, answer)
	}
	return nil
}
