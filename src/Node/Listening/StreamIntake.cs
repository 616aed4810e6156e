using System.Net.Sockets;
using System.Runtime.InteropServices;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Listening;

/// <summary>
/// One stream source of the fast path: its listening socket and its connections. Lives on the loop's thread.
/// </summary>
internal sealed class StreamIntake : IIntake
{
    private const int SocketAddressBytes = 128;

    private readonly BoundSocket _ownedSocket;
    private readonly StreamLoop _loop;
    private readonly SenderTable _senders;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A source that the loop does not read yet.</summary>
    public StreamIntake(BoundSocket ownedSocket, SourceSettings source, string nodeName, StreamLoop loop)
    {
        _ownedSocket = ownedSocket;
        _loop = loop;
        _senders = new SenderTable(source, nodeName);
        Source = source;
        Descriptor = (int)ownedSocket.Socket.SafeHandle.DangerousGetHandle();
    }

    /// <summary>Its settings.</summary>
    public SourceSettings Source { get; }

    /// <summary>The listening socket.</summary>
    public int Descriptor { get; }

    /// <summary>Its open connections.</summary>
    public HashSet<StreamConnection> Connections { get; } = [];

    /// <summary>The process has no descriptor to spare: it accepts again when the loop's clock says so.</summary>
    public bool IsAcceptPaused { get; set; }

    /// <summary>It has said so, and accepted nobody since.</summary>
    public bool IsPauseTold { get; set; }

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <inheritdoc/>
    public void RequestStop() => _loop.Remove(this);

    /// <inheritdoc/>
    public void Dispose() => _loop.Remove(this);

    /// <summary>
    /// Accepts one connection. Null when there is none, or when it was refused; then <paramref name="again"/> tells
    /// whether to ask once more.
    /// </summary>
    public unsafe StreamConnection? Accept(Ledger ledger, out bool again)
    {
        if (Descriptors.AreScarce(Descriptor))
        {
            IsAcceptPaused = true;
            again = false;
            return null;
        }

        var address = stackalloc byte[SocketAddressBytes];
        uint length = SocketAddressBytes;
        var descriptor = Libc.Accept(Descriptor, address, &length, Libc.NonBlocking | Libc.CloseOnExec);
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            again = error is Libc.Interrupted or Libc.ConnectionAborted;
            IsAcceptPaused = error is Libc.ProcessFilesFull or Libc.SystemFilesFull or Libc.NoMemory or Libc.NoBuffers;
            return null;
        }

        again = true;
        IsPauseTold = false;
        if (Connections.Count >= Source.ConnectionsMax)
        {
            _ = Libc.Close(descriptor);
            ledger.Add(LedgerAccount.ConnectionsRefused, 1);
            return null;
        }

        ledger.Add(LedgerAccount.ConnectionsAccepted, 1);
        var connection = new StreamConnection(this, descriptor, SenderOf(address, length), ledger);
        Connections.Add(connection);
        return connection;
    }

    /// <summary>Closes the listening socket: nobody connects any more.</summary>
    public void CloseSocket() => _ownedSocket.Dispose();

    /// <summary>Everything is closed; the loop says how it ended.</summary>
    public void Complete(Exception? fault)
    {
        if (fault is null)
        {
            _completion.TrySetResult();
        }
        else
        {
            _completion.TrySetException(fault);
        }
    }

    private unsafe Sender SenderOf(byte* address, uint length)
    {
        // Linux numbers: AF_INET 2, AF_INET6 10.
        var family = length < 2 ? AddressFamily.Unix : *(ushort*)address switch
        {
            2 => AddressFamily.InterNetwork,
            10 => AddressFamily.InterNetworkV6,
            _ => AddressFamily.Unix,
        };
        return _senders.OfSocketAddress(new ReadOnlySpan<byte>(address, SocketAddressBytes), family);
    }
}
