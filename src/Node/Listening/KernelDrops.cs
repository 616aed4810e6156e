using System.Buffers.Binary;
using System.Net.Sockets;
using ActorLog.Node.Hosting;

namespace ActorLog.Node.Listening;

/// <summary>
/// Books the datagrams that the kernel dropped because the receive buffer was full: SO_MEMINFO's last counter, asked once
/// a second. (SO_RXQ_OVFL lags: it is stamped when a datagram is queued.) Elsewhere than on Linux nobody tells.
/// </summary>
internal sealed class KernelDrops(Socket socket, Ledger ledger)
{
    /// <summary>How often to ask.</summary>
    public const int IntervalMs = 1000;

    private const int SolSocket = 1;
    private const int SoMemoryCounters = 55;
    private const int Counters = 9;
    private readonly byte[] _counters = new byte[Counters * sizeof(uint)];
    private long _nextMs;
    private uint _booked;

    /// <summary>Asks if it is time to.</summary>
    public void Poll(long nowMs)
    {
        if (nowMs >= _nextMs)
        {
            _nextMs = nowMs + IntervalMs;
            Book();
        }
    }

    /// <summary>Asks now.</summary>
    public void Book()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        socket.GetRawSocketOption(SolSocket, SoMemoryCounters, _counters);
        var drops = BinaryPrimitives.ReadUInt32LittleEndian(_counters.AsSpan((Counters - 1) * sizeof(uint)));

        // The counter wraps.
        var more = unchecked(drops - _booked);
        _booked = drops;
        if (more > 0)
        {
            ledger.Drop(DropReason.Kernel, more);
        }
    }
}
