namespace ActorLog.Node.Sharding;

/// <summary>A partition starts anew because its files could not be written: recovery goes back to what is committed.</summary>
internal sealed class PartitionFailedException(string why) : Exception(why);
