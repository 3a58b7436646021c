package bus

// ChannelOf names the channel of a lane.
func ChannelOf(lane string) string { return channel(channelOf(lane)) }
