using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using Akka.Actor;
using Akka.Event;
using Akka.Remote.Transport;
using Google.Protobuf;

namespace ActorLog.Node.Clustering;

/// <summary>
/// One connection of the cluster: payloads behind their length (4 bytes, little endian), each way by a thread of its own. What
/// waits to be written is bounded, and a length is looked at before memory is taken for it.
/// </summary>
internal sealed class TlsAssociation : AssociationHandle
{
    private const int QueuedBytesMax = 16 * 1024 * 1024;
    private const int WriteBytes = 256 * 1024;

    // tcp(7): a peer that is silent though bytes are under way is given up, instead of after a quarter of an hour.
    private const int TcpLevel = 6;
    private const int TcpUserTimeout = 18;
    private const int UserTimeoutMs = 8000;

    private static readonly TimeSpan FlushMax = TimeSpan.FromSeconds(2);

    private readonly ClusterTransport _transport;
    private readonly SslStream _tls;
    private readonly Socket _socket;
    private readonly Queue<ByteString> _queue = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _queuedBytes;
    private int _threads = 1;
    private bool _isClosing;

    /// <summary>Takes over a connection whose handshake is done.</summary>
    public TlsAssociation(ClusterTransport transport, SslStream tls, Socket socket, Address local, Address remote)
        : base(local, remote)
    {
        _transport = transport;
        _tls = tls;
        _socket = socket;
        socket.NoDelay = true;
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(TcpLevel, TcpUserTimeout, BitConverter.GetBytes(UserTimeoutMs));
        }

        transport.StartThread("cluster-write", WriteAll);
        ReadHandlerSource.Task.ContinueWith(
            reading =>
            {
                Interlocked.Increment(ref _threads);
                transport.StartThread("cluster-read", () => ReadAll(reading.Result));
            },
            CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
    }

    /// <summary>Ends when the socket is closed.</summary>
    public Task Ended => _ended.Task;

    /// <inheritdoc/>
    public override bool Write(ByteString payload)
    {
        lock (_queue)
        {
            if (_isClosing || (_queuedBytes > 0 && _queuedBytes + payload.Length > QueuedBytesMax))
            {
                return false;
            }

            _queue.Enqueue(payload);
            _queuedBytes += payload.Length;
            Monitor.Pulse(_queue);
            return true;
        }
    }

    /// <inheritdoc/>
#pragma warning disable CS0672 // Akka calls it by the method that replaces it.
    public override void Disassociate() => Close();
#pragma warning restore CS0672

    /// <summary>Writes what waits, for a moment at most, and closes.</summary>
    public void Close()
    {
        lock (_queue)
        {
            if (_isClosing)
            {
                return;
            }

            _isClosing = true;
            Monitor.Pulse(_queue);
        }

        var limit = new Timer(static association => ((TlsAssociation)association!).End(), this, FlushMax, Timeout.InfiniteTimeSpan);
        Ended.ContinueWith(_ => limit.Dispose(), TaskScheduler.Default);
    }

    private void WriteAll()
    {
        var buffer = new byte[WriteBytes];
        try
        {
            while (TryTake(out var payloads))
            {
                var used = 0;
                foreach (var payload in payloads)
                {
                    if (used + sizeof(int) + payload.Length > buffer.Length)
                    {
                        _tls.Write(buffer, 0, used);
                        used = 0;
                    }

                    BinaryPrimitives.WriteInt32LittleEndian(buffer.AsSpan(used), payload.Length);
                    used += sizeof(int);
                    if (used + payload.Length <= buffer.Length)
                    {
                        payload.Span.CopyTo(buffer.AsSpan(used));
                        used += payload.Length;
                        continue;
                    }

                    _tls.Write(buffer, 0, used);
                    _tls.Write(payload.Span);
                    used = 0;
                }

                _tls.Write(buffer, 0, used);
                Written(payloads);
            }

            // The other reads what is under way, and closes.
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is gone; the reader tells it.
            End();
        }

        EndThread();
    }

    private bool TryTake(out List<ByteString> payloads)
    {
        payloads = [];
        lock (_queue)
        {
            while (_queue.Count == 0 && !_isClosing)
            {
                Monitor.Wait(_queue);
            }

            for (var bytes = 0; bytes < WriteBytes && _queue.TryDequeue(out var payload); bytes += payload.Length)
            {
                payloads.Add(payload);
            }
        }

        return payloads.Count > 0;
    }

    private void Written(List<ByteString> payloads)
    {
        lock (_queue)
        {
            _queuedBytes -= payloads.Sum(static payload => payload.Length);
        }
    }

    private void ReadAll(IHandleEventListener listener)
    {
        var head = new byte[sizeof(int)];
        try
        {
            while (_tls.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(head);
                if (length <= 0 || length > _transport.MaximumPayloadBytes)
                {
                    _transport.Log.Error("{0} sends a message of {1} bytes, {2} are allowed: the connection is closed", RemoteAddress, length, _transport.MaximumPayloadBytes);
                    break;
                }

                var payload = new byte[length];
                _tls.ReadExactly(payload);
                listener.Notify(new InboundPayload(UnsafeByteOperations.UnsafeWrap(payload)));
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The connection is gone: that is what the listener is told.
        }

        End();
        listener.Notify(new Disassociated(DisassociateInfo.Unknown));
        EndThread();
    }

    private void End()
    {
        lock (_queue)
        {
            _isClosing = true;
            Monitor.Pulse(_queue);
        }

        // Only the socket: the stream must not be disposed under the thread that uses it, which ends by the socket's end.
        _socket.Dispose();
        _ended.TrySetResult();
    }

    private void EndThread()
    {
        if (Interlocked.Decrement(ref _threads) == 0)
        {
            _tls.Dispose();
        }
    }
}
