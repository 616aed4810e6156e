using System.Text;
using ActorLog.Protocol.Batches;

namespace ActorLog.Protocol.Syslog;

/// <summary>Which host a record is filed under: the one that its header claims, or the one that sent it.</summary>
public static class HostChoice
{
    /// <summary>Chooses between the header's claim and the sender.</summary>
    /// <param name="keepHostname">Whether the header's claim counts at all.</param>
    /// <param name="hostname">HOSTNAME as the header has it; empty for none.</param>
    /// <param name="sender">The node's own name for a local source, the certificate's name or else the address for a
    /// remote one; 1 to <see cref="HostTable.NameBytesMax"/> bytes, which the caller sees to.</param>
    /// <returns>One of the two spans, never empty when the sender is not. A claim of <c>localhost</c>,
    /// <c>127.0.0.1</c> or <c>::1</c>, or one too long for a host name, is none.</returns>
    public static ReadOnlySpan<byte> Choose(bool keepHostname, ReadOnlySpan<byte> hostname, ReadOnlySpan<byte> sender) =>
        keepHostname && hostname.Length is > 0 and <= HostTable.NameBytesMax && !IsLoopback(hostname) ? hostname : sender;

    private static bool IsLoopback(ReadOnlySpan<byte> hostname) =>
        Ascii.EqualsIgnoreCase(hostname, "localhost"u8)
        || hostname.SequenceEqual("127.0.0.1"u8)
        || hostname.SequenceEqual("::1"u8);
}
