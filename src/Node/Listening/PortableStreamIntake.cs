using System.Net.Sockets;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Framing;

namespace ActorLog.Node.Listening;

/// <summary>A stream source read by the library's own asynchronous sockets, on any system.</summary>
internal sealed class PortableStreamIntake : IIntake
{
    private const int ChunkBytes = 16 * 1024;
    private const int ReadsAtEnd = 256;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    private readonly BoundSocket _ownedSocket;
    private readonly SourceSettings _source;
    private readonly Ledger _ledger;
    private readonly SenderTable _senders;
    private readonly PortableGatherer _gatherer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<Socket, Task> _connections = [];

    /// <summary>Starts to accept.</summary>
    public PortableStreamIntake(BoundSocket ownedSocket, SourceSettings source, string nodeName, BatchOutlet outlet)
    {
        _ownedSocket = ownedSocket;
        _source = source;
        _ledger = outlet.Ledger;
        _senders = new SenderTable(source, nodeName);
        _gatherer = new PortableGatherer(outlet);
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
            await AcceptAsync();

            // Whoever is in the queue of the listening socket has connected, and may have sent.
            while (_ownedSocket.Socket.Poll(0, SelectMode.SelectRead))
            {
                Admit(_ownedSocket.Socket.Accept());
            }
        }
        finally
        {
            await _stop.CancelAsync();
            _ownedSocket.Dispose();
            await Task.WhenAll(Snapshot());
            await _gatherer.FinishAsync();
            _gatherer.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Admit(await _ownedSocket.Socket.AcceptAsync(_stop.Token));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException fault) when (fault.SocketErrorCode == SocketError.TooManyOpenSockets)
            {
                await Task.Delay(AcceptPause, CancellationToken.None);
            }
            catch (SocketException fault) when (fault.SocketErrorCode
                is SocketError.ConnectionReset or SocketError.ConnectionAborted)
            {
                // The peer went away before it was its turn.
            }
        }
    }

    private void Admit(Socket ownedConnection)
    {
        lock (_connections)
        {
            if (_connections.Count < _source.ConnectionsMax)
            {
                _ledger.Add(LedgerAccount.ConnectionsAccepted, 1);
                _connections[ownedConnection] = ReadAsync(ownedConnection, SenderOf(ownedConnection));
                return;
            }
        }

        ownedConnection.Dispose();
        _ledger.Add(LedgerAccount.ConnectionsRefused, 1);
    }

    private Sender SenderOf(Socket connection) =>
        _source.Path is null ? _senders.Of(connection.RemoteEndPoint) : _senders.Local;

    private async Task ReadAsync(Socket ownedConnection, Sender sender)
    {
        await Task.Yield();
        using var feed = new FrameFeed(sender, _ledger);
        try
        {
            var last = await ReadToEndAsync(ownedConnection, feed);
            if (last is StreamState.Broken)
            {
                last = await DrainAsync(ownedConnection, feed);
            }

            await _gatherer.FeedAsync(feed, 0, last);
        }
        finally
        {
            ownedConnection.Dispose();
            _ledger.Add(LedgerAccount.ConnectionsClosed, 1);
            lock (_connections)
            {
                _connections.Remove(ownedConnection);
            }
        }
    }

    /// <summary>Reads until the peer ends it, or something breaks it: a reset, the idle timeout, our own stop.</summary>
    private async Task<StreamState> ReadToEndAsync(Socket connection, FrameFeed feed)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        while (true)
        {
            int received;
            StreamState state;
            var room = feed.OwnRoom(ChunkBytes);
            try
            {
                idle.CancelAfter(_source.IdleTimeout > TimeSpan.Zero ? _source.IdleTimeout : Timeout.InfiniteTimeSpan);
                received = await connection.ReceiveAsync(room, SocketFlags.None, idle.Token);
                state = received == 0 ? StreamState.Ended
                    : received < room.Length && connection.Available == 0 ? StreamState.Paused
                    : StreamState.Flowing;
            }
            catch (Exception fault) when (fault is OperationCanceledException or SocketException)
            {
                return StreamState.Broken;
            }

            // Broken framing ends it too: the reader takes nothing more from this stream.
            if (state == StreamState.Ended || !await _gatherer.FeedAsync(feed, received, state))
            {
                return StreamState.Ended;
            }
        }
    }

    /// <summary>Takes what has arrived but was not read yet.</summary>
    private async Task<StreamState> DrainAsync(Socket connection, FrameFeed feed)
    {
        try
        {
            for (var i = 0; i < ReadsAtEnd && connection.Available > 0; i++)
            {
                var received = connection.Receive(feed.OwnRoom(ChunkBytes).Span, SocketFlags.None);
                await _gatherer.FeedAsync(feed, received, StreamState.Flowing);
            }
        }
        catch (SocketException)
        {
            // A reset: what had come before it is read.
        }

        return StreamState.Broken;
    }

    private Task[] Snapshot()
    {
        lock (_connections)
        {
            return [.. _connections.Values];
        }
    }
}
