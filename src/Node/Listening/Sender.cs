using ActorLog.Node.Settings;

namespace ActorLog.Node.Listening;

/// <summary>Who sent frames through a source; one object for all frames of one address.</summary>
/// <param name="source">The listener that it came in by.</param>
/// <param name="host">What its records are filed under when their header's host is missing or not believed.</param>
/// <param name="isLocal">A process of this machine: a unix socket, or a loopback address.</param>
internal sealed class Sender(SourceSettings source, byte[] host, bool isLocal)
{
    /// <summary>The listener that it came in by.</summary>
    public SourceSettings Source { get; } = source;

    /// <summary>UTF-8: the node's name for a local sender, else the address in canonical form.</summary>
    public byte[] Host { get; } = host;

    /// <summary>A process of this machine.</summary>
    public bool IsLocal { get; } = isLocal;
}
