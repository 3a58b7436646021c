package bus

// ChannelOf returns the name of the channel for a stream key.
func ChannelOf(lane string) string { return channel(channelOf(lane)) }
