using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using ActorLog.Node.Links;
using ActorLog.Node.Settings;

namespace ActorLog.Testing.Nodes;

/// <summary>Somebody who sends to a source, over whatever it listens on.</summary>
internal sealed class SourceClient : IDisposable
{
    private readonly Socket _socket;
    private readonly SslStream? _session;
    private bool _isAbrupt;

    private SourceClient(Socket socket, SslStream? session)
    {
        _socket = socket;
        _session = session;
    }

    /// <summary>What closing does to what is under way; in TLS too there is no farewell then.</summary>
    public LingerOption LingerState
    {
        set
        {
            _socket.LingerState = value;
            _isAbrupt = true;
        }
    }

    /// <summary>Connects.</summary>
    /// <param name="transport">What the source listens on.</param>
    /// <param name="to">Its address or path.</param>
    /// <param name="identity">The own certificate (tls); null: no handshake.</param>
    public static async Task<SourceClient> ConnectAsync(SourceTransport transport, EndPoint to, TlsIdentity? identity)
    {
        var isStream = transport is not (SourceTransport.Udp or SourceTransport.UnixDatagram);
        var socket = new Socket(
            to.AddressFamily,
            isStream ? SocketType.Stream : SocketType.Dgram,
            to.AddressFamily == AddressFamily.Unix ? ProtocolType.Unspecified : isStream ? ProtocolType.Tcp : ProtocolType.Udp);
        if (to.AddressFamily != AddressFamily.Unix && isStream)
        {
            // What is sent has left when the socket is closed.
            socket.NoDelay = true;
        }

        await socket.ConnectAsync(to);
        return new SourceClient(
            socket,
            identity is null ? null : await identity.ConnectAsync(new NetworkStream(socket), "127.0.0.1", CancellationToken.None));
    }

    /// <summary>Sends all of it.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (_session is not null)
        {
            await _session.WriteAsync(bytes);
            return;
        }

        do
        {
            bytes = bytes[await _socket.SendAsync(bytes)..];
        }
        while (bytes.Length > 0);
    }

    /// <summary>Waits for bytes; 0 at the end.</summary>
    /// <exception cref="SocketException">The source reset the connection.</exception>
    public async Task<int> ReceiveAsync(Memory<byte> buffer)
    {
        try
        {
            return _session is null ? await _socket.ReceiveAsync(buffer) : await _session.ReadAsync(buffer);
        }
        catch (IOException fault) when (fault.GetBaseException() is SocketException reset)
        {
            throw reset;
        }
    }

    /// <summary>
    /// Ends what is sent, and waits until the source has read it and ends too. Who closes without having read all that a source
    /// says (tickets of TLS 1.3) resets the connection, and what has not left by then is lost.
    /// </summary>
    public async Task EndAsync()
    {
        if (_session is not null)
        {
            await _session.ShutdownAsync();
        }

        _isAbrupt = true;
        _socket.Shutdown(SocketShutdown.Send);
        var buffer = new byte[100];
        while (await ReceiveAsync(buffer) > 0)
        {
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_session is not null && !_isAbrupt)
        {
            SayFarewell(_session);
        }

        _session?.Dispose();
        _socket.Dispose();
    }

    private static void SayFarewell(SslStream session)
    {
        try
        {
            session.ShutdownAsync().GetAwaiter().GetResult();
        }
        catch (IOException)
        {
            // The source has closed before.
        }
    }
}
