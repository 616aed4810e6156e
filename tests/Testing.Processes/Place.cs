namespace ActorLog.Testing.Processes;

/// <summary>Where a process runs, and the address by which others reach it there.</summary>
/// <param name="Network">The network that it runs in; null: this machine's.</param>
/// <param name="Address">Its address in that network.</param>
public sealed record Place(NetworkNamespace? Network, string Address)
{
    /// <summary>On this machine, where nobody else reaches it.</summary>
    public static Place Loopback { get; } = new(null, "127.0.0.1");
}
