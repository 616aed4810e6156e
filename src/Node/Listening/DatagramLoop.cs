using System.ComponentModel;
using System.Runtime.InteropServices;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Listening;

/// <summary>
/// One thread with recvmmsg for one datagram socket. UDP is left to gather in the kernel for a window while datagrams
/// keep coming; a unix socket is drained at once, always: its queue holds a handful, and a full one blocks its writers.
/// </summary>
internal sealed class DatagramLoop : IIntake
{
    private const int UdpVector = 256;
    private const int UnixVector = 16;
    private const int DrainAtEndMs = 1000;

    // What the kernel charges to the receive buffer for a small datagram.
    private const int KernelBytesEach = 1280;

    // The part of its buffer that may fill while the socket is left alone.
    private const int RestPart = 8;

    private readonly BoundSocket _ownedSocket;
    private readonly SenderTable _senders;
    private readonly BatchWindow _window;
    private readonly DatagramVector _vector;
    private readonly WakeEvent _wake = new();
    private readonly KernelDrops? _drops;
    private readonly SocketRest _rest;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    /// <summary>Starts the thread.</summary>
    public DatagramLoop(BoundSocket ownedSocket, SourceSettings source, string nodeName, BatchOutlet outlet)
    {
        var isUdp = source.Transport == SourceTransport.Udp;
        _ownedSocket = ownedSocket;
        _senders = new SenderTable(source, nodeName);
        _window = new BatchWindow(outlet);
        _vector = new DatagramVector(isUdp ? UdpVector : UnixVector, DatagramFrames.BufferBytes(source));
        _drops = isUdp ? new KernelDrops(ownedSocket.Socket, source.Name, outlet.Ledger) : null;
        _rest = new SocketRest(isUdp ? ownedSocket.ReceiveBufferBytes / KernelBytesEach / RestPart : 0);
        new Thread(Run) { IsBackground = true, Name = "actorlog-" + SocketBinding.Name(source.Transport) }.Start();
    }

    /// <inheritdoc/>
    public Task Completion => _completion.Task;

    /// <inheritdoc/>
    public void RequestStop()
    {
        _stopping = true;
        _wake.Set();
    }

    /// <inheritdoc/>
    public void Dispose() => RequestStop();

    private void Run()
    {
        Exception? fault = null;
        var descriptor = (int)_ownedSocket.Socket.SafeHandle.DangerousGetHandle();
        if (_drops is not null)
        {
            // What this thread is late for is lost, what the others are late for waits. Where it is not allowed, it stays as it is.
            _ = Libc.GoFirst();
        }

        try
        {
            while (!_stopping)
            {
                Turn(descriptor);
            }

            _drops?.Shut();
            Drain(descriptor, out _);
        }
        catch (Exception broken)
        {
            // It is told to the actor, which logs it and starts anew.
            fault = broken;
        }

        try
        {
            _window.HandOver();
            _drops?.Book();
        }
        catch (Exception broken)
        {
            fault ??= broken;
        }

        End(fault);
    }

    private void Turn(int descriptor)
    {
        Wait(descriptor, _window.Batch.Count > 0 ? _window.RemainingMs : _drops is null ? -1 : KernelDrops.IntervalMs);
        var received = Drain(descriptor, out var isEmpty);
        var now = BatchWindow.NowMs;
        var rest = _rest.AfterRead(received, isEmpty, now);
        _drops?.Poll(now);
        if (_window.Batch.Count == 0)
        {
            return;
        }

        var remaining = _window.RemainingMs;
        if (remaining == 0)
        {
            _window.HandOver();
            remaining = _window.IsSteady ? _window.RemainingMs : 0;
        }

        if (Math.Min(rest, remaining) is > 0 and var pause)
        {
            _wake.Sleep(pause);
        }
    }

    private unsafe void Wait(int descriptor, int timeoutMs)
    {
        var entries = stackalloc Libc.PollEntry[2];
        entries[0] = new Libc.PollEntry { Descriptor = descriptor, Wanted = Libc.PollIn };
        entries[1] = new Libc.PollEntry { Descriptor = _wake.Descriptor, Wanted = Libc.PollIn };
        _ = Libc.Poll(entries, 2, timeoutMs);
    }

    /// <summary>Reads until the socket is empty, for one window at most; how many came.</summary>
    private int Drain(int descriptor, out bool isEmpty)
    {
        var total = 0;
        var until = BatchWindow.NowMs + (_stopping ? DrainAtEndMs : Math.Max(1, _window.RemainingMs));
        do
        {
            var received = _vector.Receive(descriptor);
            if (received < 0)
            {
                throw new Win32Exception(Marshal.GetLastPInvokeError());
            }

            for (var i = 0; i < received; i++)
            {
                var datagram = _vector.Datagram(i, out var truncated);
                var sender = _senders.OfSocketAddress(_vector.Address(i, out var family), family);
                DatagramFrames.Add(_window.Batch, sender, datagram, truncated, _window.Ledger);
            }

            total += received;
            if (_window.Batch.IsFull)
            {
                _window.HandOver();
            }

            isEmpty = received < _vector.Count;
        }
        while (!isEmpty && BatchWindow.NowMs < until);
        return total;
    }

    private void End(Exception? fault)
    {
        _ownedSocket.Dispose();
        _vector.Dispose();
        _window.Dispose();
        _wake.Dispose();
        if (fault is null)
        {
            _completion.TrySetResult();
        }
        else
        {
            _completion.TrySetException(fault);
        }
    }
}
