using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using ActorLog.Node.Hosting;
using ActorLog.Node.Settings;
using ActorLog.Protocol.Framing;
using Akka.Event;

namespace ActorLog.Node.Listening;

/// <summary>A stream source read by the library's own asynchronous streams: TLS, and on any system everything.</summary>
internal sealed class PortableStreamIntake : IIntake
{
    // What a socket's buffer holds for sure, a unix one by the number of writes: who sends more between two waits would be held up by
    // a sleep.
    private const int TcpBusyBytes = 32 * 1024;
    private const int UnixBusyBytes = 8 * 1024;
    private static readonly TimeSpan AcceptPause = TimeSpan.FromMilliseconds(100);

    // A sender's kernel hands the rest over only as ours is read: an empty buffer is not yet the end of what was written.
    private static readonly TimeSpan QuietAtEnd = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan DrainMax = TimeSpan.FromSeconds(2);

    private readonly BoundSocket _ownedSocket;
    private readonly SourceSettings _source;
    private readonly BatchOutlet _outlet;
    private readonly Ledger _ledger;
    private readonly TlsDoor? _door;
    private readonly SenderTable _senders;
    private readonly PortableGatherer _gatherer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Dictionary<Socket, Task> _connections = [];
    private readonly long _windowMs;
    private readonly int _busyBytes;

    /// <summary>Starts to accept.</summary>
    public PortableStreamIntake(
        BoundSocket ownedSocket, SourceSettings source, string nodeName, BatchOutlet outlet, TlsDoor? door)
    {
        _ownedSocket = ownedSocket;
        _source = source;
        _outlet = outlet;
        _ledger = outlet.Ledger;
        _door = door;
        _senders = new SenderTable(source, nodeName);
        _gatherer = new PortableGatherer(outlet);
        _windowMs = (long)outlet.Batching.Window.TotalMilliseconds;
        _busyBytes = source.Path is null ? TcpBusyBytes : UnixBusyBytes;
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
        var isTold = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                while (Descriptors.AreScarce((int)_ownedSocket.Socket.SafeHandle.DangerousGetHandle()))
                {
                    if (!isTold)
                    {
                        _outlet.Log.Warning("Source {0} lets new connections wait: no descriptors to spare", _source.Name);
                        isTold = true;
                    }

                    await Task.Delay(AcceptPause, _stop.Token);
                }

                Admit(await _ownedSocket.Socket.AcceptAsync(_stop.Token));
                isTold = false;
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
                _connections[ownedConnection] = ServeAsync(ownedConnection, ownedConnection.RemoteEndPoint);
                return;
            }
        }

        ownedConnection.Dispose();
        _ledger.Add(LedgerAccount.ConnectionsRefused, 1);
    }

    private async Task ServeAsync(Socket ownedConnection, EndPoint? peer)
    {
        var sender = _source.Path is null ? _senders.Of(peer) : _senders.Local;
        await Task.Yield();
        try
        {
            await using var stream = _door is null
                ? new NetworkStream(ownedConnection) : (Stream?)await _door.OpenAsync(ownedConnection, peer, _stop.Token);
            if (stream is null)
            {
                return;
            }

            var fault = await ReadAllAsync(ownedConnection, stream, sender);
            if (stream is SslStream session)
            {
                await _door!.CloseAsync(session, peer, fault);
            }
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

    /// <summary>Reads all that comes; what broke the stream, if something did.</summary>
    private async Task<Exception?> ReadAllAsync(Socket connection, Stream stream, Sender sender)
    {
        using var feed = new FrameFeed(sender, _ledger);
        var (last, fault) = await ReadToEndAsync(connection, stream, feed);
        if (last is StreamState.Broken)
        {
            var later = await DrainAsync(stream, feed);
            fault ??= later;
        }

        await _gatherer.FeedAsync(feed, 0, last);
        return fault;
    }

    /// <summary>
    /// Reads until the peer ends it, or something breaks it: a reset, the idle timeout, our own stop.
    /// </summary>
    private async Task<(StreamState Last, Exception? Fault)> ReadToEndAsync(Socket connection, Stream stream, FrameFeed feed)
    {
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var state = StreamState.Paused;
        var isSteady = false;
        var sinceWait = 0;
        while (true)
        {
            int received;
            try
            {
                idle.CancelAfter(_source.IdleTimeout > TimeSpan.Zero ? _source.IdleTimeout : Timeout.InfiniteTimeSpan);
                if (state == StreamState.Paused)
                {
                    feed.Rest();
                    isSteady = await WaitAsync(connection, stream, isSteady && sinceWait < _busyBytes, idle.Token);
                    sinceWait = 0;
                }

                var room = feed.OwnRoom(FrameFeed.ChunkBytes);
                received = await stream.ReadAsync(room, idle.Token);
                sinceWait += received;
                state = received == 0 ? StreamState.Ended
                    : received < room.Length && connection.Available == 0 ? StreamState.Paused
                    : StreamState.Flowing;
            }
            catch (OperationCanceledException)
            {
                return (StreamState.Broken, null);
            }
            catch (Exception fault) when (fault is IOException or SocketException)
            {
                return (StreamState.Broken, fault);
            }

            // Broken framing ends it too: the reader takes nothing more from this stream.
            if (state == StreamState.Ended || !await _gatherer.FeedAsync(feed, received, state))
            {
                return (StreamState.Ended, null);
            }
        }
    }

    /// <summary>
    /// Waits for more; true when it came within a window. Then it sleeps out the next one first: what arrives meanwhile is one read
    /// and one wake-up instead of many, and all connections wake together.
    /// </summary>
    private async ValueTask<bool> WaitAsync(Socket connection, Stream stream, bool sleeps, CancellationToken stop)
    {
        if (sleeps && _windowMs > 0)
        {
            // Else each segment would wake the thread of the library's sockets, though nobody waits for it.
            SetLowWater(connection, _busyBytes);
            try
            {
                await Task.Delay((int)(_windowMs - BatchWindow.NowMs % _windowMs), stop);
            }
            finally
            {
                SetLowWater(connection, 1);
            }
        }

        var began = BatchWindow.NowMs;
        _ = await stream.ReadAsync(Memory<byte>.Empty, stop);
        return BatchWindow.NowMs - began <= _windowMs;
    }

    /// <summary>How much must have arrived before the kernel tells of it.</summary>
    private static void SetLowWater(Socket connection, int bytes)
    {
        if (OperatingSystem.IsLinux())
        {
            connection.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReceiveLowWater, bytes);
        }
    }

    /// <summary>Takes what has arrived but was not read yet; what broke the stream, if something did.</summary>
    private async Task<Exception?> DrainAsync(Stream stream, FrameFeed feed)
    {
        using var most = new CancellationTokenSource(DrainMax);
        using var quiet = CancellationTokenSource.CreateLinkedTokenSource(most.Token);
        try
        {
            int received;
            do
            {
                quiet.CancelAfter(QuietAtEnd);
                received = await stream.ReadAsync(feed.OwnRoom(FrameFeed.ChunkBytes), quiet.Token);
            }
            while (received > 0 && await _gatherer.FeedAsync(feed, received, StreamState.Flowing));
            return null;
        }
        catch (OperationCanceledException)
        {
            // Silence: all that had come is read.
            return null;
        }
        catch (IOException fault)
        {
            // Such as a reset: what had come before it is read.
            return fault;
        }
    }

    private Task[] Snapshot()
    {
        lock (_connections)
        {
            return [.. _connections.Values];
        }
    }
}
