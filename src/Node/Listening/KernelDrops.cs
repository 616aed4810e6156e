using System.Buffers.Binary;
using System.Net.Sockets;
using ActorLog.Node.Hosting;

namespace ActorLog.Node.Listening;

/// <summary>
/// Books the datagrams that the kernel dropped because the receive buffer was full: SO_MEMINFO's last counter, asked
/// once a second and at the end. (SO_RXQ_OVFL lags: it is stamped when a datagram is queued.) The counter is the
/// socket's: a new one begins at 0. Elsewhere than on Linux nobody tells.
/// </summary>
internal sealed class KernelDrops(Socket socket, string source, Ledger ledger)
{
    /// <summary>How often to ask.</summary>
    public const int IntervalMs = 1000;

    private const int SolSocket = 1;
    private const int SoMemoryCounters = 55;
    private const int Counters = 9;
    private readonly byte[] _counters = new byte[Counters * sizeof(uint)];
    private DateTimeOffset _asked = TimeProvider.System.GetUtcNow();
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

    /// <summary>
    /// From now on the kernel drops what arrives, and counts it: what is read after this is all that there is to read,
    /// and what nobody will read is in the last <see cref="Book"/>.
    /// </summary>
    public void Shut()
    {
        if (OperatingSystem.IsLinux())
        {
            // Where it is refused (a sandbox), what arrives between the last read and the close goes uncounted.
            _ = Libc.DropAll((int)socket.SafeHandle.DangerousGetHandle());
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
        var since = _asked;
        _asked = TimeProvider.System.GetUtcNow();

        // The counter wraps.
        var more = unchecked(drops - _booked);
        _booked = drops;
        ledger.Drop(DropReason.Kernel, more, source, since);
    }
}
