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
    private const int DrainsAtEnd = 64;

    private readonly BoundSocket _ownedSocket;
    private readonly Socket _socket;
    private readonly Hosting.Ledger _ledger;
    private readonly SenderTable _senders;
    private readonly PortableGatherer _gatherer;
    private readonly KernelDrops? _drops;
    private readonly SocketAddress _from;
    private readonly byte[] _buffer;
    private readonly bool _isUdp;
    private readonly CancellationTokenSource _stop = new();
    private int _received;

    /// <summary>Starts to read.</summary>
    public PortableDatagramIntake(
        BoundSocket ownedSocket, SourceSettings source, string nodeName, BatchOutlet outlet)
    {
        _ownedSocket = ownedSocket;
        _socket = ownedSocket.Socket;
        _ledger = outlet.Ledger;
        _senders = new SenderTable(source, nodeName);
        _gatherer = new PortableGatherer(outlet);
        _isUdp = source.Transport == SourceTransport.Udp;
        _drops = _isUdp ? new KernelDrops(_socket, source.Name, outlet.Ledger) : null;
        _from = new SocketAddress(_socket.AddressFamily);
        _buffer = GC.AllocateUninitializedArray<byte>(DatagramFrames.BufferBytes(source), pinned: true);
        Completion = RunAsync();
    }

    /// <inheritdoc/>
    public Task Completion { get; }

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
            _drops?.Shut();
            for (var i = 0; i < DrainsAtEnd && _socket.Available > 0; i++)
            {
                await _gatherer.TakeAsync(Drain);
            }

            _drops?.Book();
        }
        finally
        {
            _ownedSocket.Dispose();
            await _gatherer.FinishAsync();
            _gatherer.Dispose();
        }
    }

    private async Task ReceiveAsync()
    {
        Func<FrameBatch, bool> takeAndDrain = TakeAndDrain;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _received = _isUdp
                    ? await _socket.ReceiveFromAsync(_buffer, SocketFlags.None, _from, _stop.Token)
                    : await _socket.ReceiveAsync(_buffer, SocketFlags.None, _stop.Token);
                await _gatherer.TakeAsync(takeAndDrain);
                if (_isUdp && _gatherer.RemainingMs is > 0 and var remaining)
                {
                    await Task.Delay(remaining, _stop.Token);
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

            _drops?.Poll(BatchWindow.NowMs);
        }
    }

    private bool TakeAndDrain(FrameBatch batch)
    {
        Take(batch, _received);
        return Drain(batch);
    }

    private bool Drain(FrameBatch batch)
    {
        while (!batch.IsFull && _socket.Available > 0)
        {
            Take(batch, _isUdp
                ? _socket.ReceiveFrom(_buffer, SocketFlags.None, _from)
                : _socket.Receive(_buffer, SocketFlags.None));
        }

        return true;
    }

    private void Take(FrameBatch batch, int received)
    {
        var sender = _isUdp ? _senders.OfSocketAddress(_from.Buffer.Span, _from.Family) : _senders.Local;

        // A full buffer: it is a byte longer than what may come, so something was cut off.
        var truncated = received == _buffer.Length;
        DatagramFrames.Add(batch, sender, _buffer.AsSpan(0, received), truncated, _ledger);
    }
}
