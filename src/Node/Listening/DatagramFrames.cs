using ActorLog.Node.Hosting;
using ActorLog.Protocol.Framing;

namespace ActorLog.Node.Listening;

/// <summary>Makes frames of datagrams: one datagram is one record (RFC 5426, section 3.1), whatever it holds.</summary>
internal static class DatagramFrames
{
    /// <summary>
    /// Takes a datagram: an octet count in front is left out, a long one is cut, an empty one is counted.
    /// </summary>
    public static void Add(FrameBatch batch, Sender sender, ReadOnlySpan<byte> datagram, bool truncated, Ledger ledger)
    {
        var frame = datagram[OctetCount.InFrontOfDatagram(datagram)..];
        if (FrameEnd.IsAllOf(frame))
        {
            ledger.Add(LedgerAccount.EmptyFrames, 1);
            return;
        }

        var kept = RecordLimit.Cut(frame, sender.Source.RecordBytesMax);
        truncated |= kept < frame.Length;
        if (truncated)
        {
            ledger.Add(LedgerAccount.Truncated, 1);
        }

        batch.Append(sender, frame[..kept], truncated);
    }

    /// <summary>Bytes of a buffer that holds any datagram of a source, or shows that it was longer.</summary>
    public static int BufferBytes(Settings.SourceSettings source) => source.Path is null
        ? UdpBytesMax
        : Math.Clamp(source.RecordBytesMax + 1, UdpBytesMax, UnixBytesMax);

    private const int UdpBytesMax = 65_536;
    private const int UnixBytesMax = 1024 * 1024 + 1;
}
