using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using ActorLog.Node.Clustering;
using ActorLog.Node.Links;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Reading;

/// <summary>The data root of a member of the cluster, read through it.</summary>
internal sealed class NodeSegments : ISegmentSource
{
    // A disk that is busy answers late; a node that is gone never.
    private const int AnswerMs = 60_000;

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly byte[] _question = new byte[ReadFrame.HeadBytes + HostBytesMax];
    private byte[] _answer = [];

    private NodeSegments(DnsEndPoint member, Socket socket, Stream stream)
    {
        Name = NameOf(member);
        _socket = socket;
        _stream = stream;
        socket.ReceiveTimeout = socket.SendTimeout = AnswerMs;
    }

    /// <summary>The most bytes of a host's name.</summary>
    public const int HostBytesMax = 255;

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public bool IsOver { get; private set; }

    /// <summary>How a member is told to people.</summary>
    public static string NameOf(DnsEndPoint member) => $"{member.Host}:{member.Port}";

    /// <summary>Connects as a reader.</summary>
    /// <param name="member">The member.</param>
    /// <param name="identity">The certificate of the node that is dialled from.</param>
    /// <param name="host">The host that this certificate names.</param>
    /// <exception cref="IOException">It does not let the reader in, and why.</exception>
    public static NodeSegments Connect(DnsEndPoint member, TlsIdentity identity, string host)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        using var limit = new HandshakeLimit(socket);
        try
        {
            socket.Connect(member.Host, member.Port);
            var tls = identity.ConnectToNode(new NetworkStream(socket, ownsSocket: true), member.Host);
            NodeGreeting.WriteReader(tls, host);
            if (NodeGreeting.ReadAnswer(tls) is { } refusal)
            {
                throw new IOException(refusal);
            }

            return new NodeSegments(member, socket, tls);
        }
        catch (Exception e)
        {
            socket.Dispose();
            throw e is UntrustedPeerException ? e : new IOException(ClusterTransport.Explain(e, limit), e);
        }
    }

    /// <inheritdoc/>
    public SegmentListing List(ReadOnlySpan<byte> host)
    {
        host.CopyTo(Body);
        Ask(ReadFrameKind.List, host.Length);
        var files = new List<HostFile>();
        ReadFrame answer;
        while ((answer = Answer()).Kind == ReadFrameKind.File)
        {
            files.Add(answer.ToFile());
        }

        return Require(answer, ReadFrameKind.Listed).ToListing(files);
    }

    /// <inheritdoc/>
    public SegmentOpening Open(int place)
    {
        BinaryPrimitives.WriteInt32LittleEndian(Body, place);
        Ask(ReadFrameKind.Open, sizeof(int));
        return Require(Answer(), ReadFrameKind.Opened).Body.Span is [var opening] ? (SegmentOpening)opening : throw NoAnswer();
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(Body, offset);
        BinaryPrimitives.WriteInt32LittleEndian(Body[sizeof(long)..], destination.Length);
        Ask(ReadFrameKind.Read, sizeof(long) + sizeof(int));
        var bytes = Require(Answer(), ReadFrameKind.Bytes).Body;
        bytes.Span.CopyTo(bytes.Length <= destination.Length ? destination : throw NoAnswer());
        return bytes.Length;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _stream.Dispose();
        _socket.Dispose();
    }

    private Span<byte> Body => _question.AsSpan(ReadFrame.HeadBytes);

    private void Ask(ReadFrameKind kind, int bodyBytes)
    {
        // Until the answer is there.
        IsOver = true;
        ReadFrame.Write(_stream, _question, kind, bodyBytes);
    }

    private ReadFrame Answer()
    {
        var answer = ReadFrame.Read(_stream, ref _answer) ?? throw new EndOfStreamException("it has ended");
        IsOver = false;
        return answer;
    }

    private static ReadFrame Require(ReadFrame answer, ReadFrameKind kind) =>
        answer.Kind == kind ? answer
        : answer.Kind == ReadFrameKind.Fault ? throw new IOException(answer.ToText())
        : throw NoAnswer();

    private static InvalidDataException NoAnswer() => new("it says what is no answer");
}
