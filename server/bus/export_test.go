package bus

// ChannelOf returns the name of the channel for a stream key.
func ChannelOf(streamKey string) string { return channel(channelOf(streamKey)) }
