namespace ActorLog.Node.Listening;

/// <summary>Which socket file stands at a path: one that takes its place has another. All 0 where the system does not tell.</summary>
/// <param name="Device">The file system, major number in the upper half.</param>
/// <param name="Inode">Its number there; it may be given again once it is free.</param>
/// <param name="BornSeconds">When it was made, in Unix time; 0 on a file system that does not keep it.</param>
/// <param name="BornNanoseconds">The rest of that.</param>
internal readonly record struct SocketFileIdentity(ulong Device, ulong Inode, long BornSeconds, uint BornNanoseconds);
