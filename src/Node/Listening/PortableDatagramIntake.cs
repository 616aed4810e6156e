using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Settings;

namespace ActorLog.Node.Listening;

/// <summary>
/// A datagram socket read by the library's own asynchronous sockets, on any system. UDP gathers for a window while
/// datagrams keep coming; a unix socket is drained at once.
/// </summary>
internal sealed class PortableDatagramIntake : IIntake
{
    private const int DrainedAtEndMax = 65_536;

    private readonly BoundSocket _ownedSocket;
    private readonly Socket _socket;
    private readonly BatchOutlet _outlet;
    private readonly SenderTable _senders;
    private readonly HandOverPace _pace;
    private readonly KernelDrops? _drops;
    private readonly SocketAddress _from;
    private readonly byte[] _buffer;
    private readonly bool _isUdp;
    private readonly CancellationTokenSource _stop = new();
    private FrameBatch _batch = new();

    /// <summary>Starts to read.</summary>
    public PortableDatagramIntake(
        BoundSocket ownedSocket, SourceSettings source, string nodeName, BatchOutlet outlet)
    {
        _ownedSocket = ownedSocket;
        _socket = ownedSocket.Socket;
        _outlet = outlet;
        _senders = new SenderTable(source, nodeName);
        _pace = new HandOverPace(outlet.Batching.Window);
        _isUdp = source.Transport == SourceTransport.Udp;
        _drops = _isUdp ? new KernelDrops(_socket, outlet.Ledger) : null;
        _from = new SocketAddress(_socket.AddressFamily);
        _buffer = GC.AllocateUninitializedArray<byte>(DatagramFrames.BufferBytes(source), pinned: true);
        Completion = RunAsync();
    }

    /// <inheritdoc/>
    public Task Completion { get; }

    private static long NowMs => Environment.TickCount64;

    /// <inheritdoc/>
    public void RequestStop() => _stop.Cancel();

    /// <inheritdoc/>
    public void Dispose() => _stop.Cancel();

    private async Task RunAsync()
    {
        await Task.Yield();
        try
        {
            await ReceiveAsync();
            await DrainAsync(DrainedAtEndMax);
            await HandOverAsync();
            _drops?.Book();
        }
        finally
        {
            _ownedSocket.Dispose();
            _batch.Dispose();
        }
    }

    private async Task ReceiveAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Take(_isUdp
                    ? await _socket.ReceiveFromAsync(_buffer, SocketFlags.None, _from, _stop.Token)
                    : await _socket.ReceiveAsync(_buffer, SocketFlags.None, _stop.Token));
                await DrainAsync(FrameBatch.FramesClose);
                if (_isUdp && _pace.RemainingMs(NowMs) is > 0 and var remaining)
                {
                    await Task.Delay(remaining, _stop.Token);
                    await DrainAsync(FrameBatch.FramesClose);
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.ConnectionReset)
            {
                // Windows tells of an ICMP answer to a datagram that somebody sent in our name: it means nothing here.
            }

            await HandOverAsync();
            _drops?.Poll(NowMs);
        }
    }

    private async Task DrainAsync(int countMax)
    {
        for (var i = 0; i < countMax && _socket.Available > 0; i++)
        {
            Take(_isUdp
                ? _socket.ReceiveFrom(_buffer, SocketFlags.None, _from)
                : _socket.Receive(_buffer, SocketFlags.None));
            if (_batch.IsFull)
            {
                await HandOverAsync();
            }
        }
    }

    private void Take(int received)
    {
        var sender = _isUdp ? _senders.OfSocketAddress(_from.Buffer.Span, _from.Family) : _senders.Local;

        // A full buffer: it is a byte longer than what may come, so something was cut off.
        var truncated = received == _buffer.Length;
        DatagramFrames.Add(_batch, sender, _buffer.AsSpan(0, received), truncated, _outlet.Ledger);
    }

    private async Task HandOverAsync()
    {
        if (_batch.Count > 0)
        {
            var full = _batch;
            _batch = new FrameBatch();
            await _outlet.OfferAsync(full);
            _pace.HandedOver(NowMs);
        }
    }
}
