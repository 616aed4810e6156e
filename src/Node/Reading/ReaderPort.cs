using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Reading;

/// <summary>
/// Serves those who read a host's files through the cluster's port (decision 0024), a few at a time, each on a thread of its own
/// that reads no more than was asked for: nothing of it waits in the pool, or in front of a heartbeat. It reads below the data
/// root, files that the reader was told of. Any thread.
/// </summary>
internal sealed class ReaderPort : IDisposable
{
    /// <summary>Readers at once.</summary>
    public const int ReadersMax = 8;

    // socket(7), tcp(7): a reader whose machine is gone keeps no place.
    private const int KeepAliveSeconds = 30;

    private readonly HashSet<Socket> _readers = [];
    private Func<ISegmentSource>? _open;
    private bool _isOver;

    /// <summary>From now on there is something to read.</summary>
    public void Begin(IStore store, PathTemplate template, string node)
    {
        lock (_readers)
        {
            _open = () => new DiskSegments(store, template, node);
        }
    }

    /// <summary>Gives a reader a place; null and the reason when there is none.</summary>
    public string? Refuse(Socket reader)
    {
        lock (_readers)
        {
            if (_isOver || _open is null)
            {
                return "the node is starting or ending";
            }

            if (_readers.Count >= ReadersMax)
            {
                return $"{ReadersMax} others read here already";
            }

            _readers.Add(reader);
            return null;
        }
    }

    /// <summary>Serves a reader that has a place, until it closes.</summary>
    /// <param name="stream">The connection, greeted.</param>
    /// <param name="socket">Its socket; disposed at the end.</param>
    public void Serve(Stream stream, Socket socket)
    {
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            using var source = _open!();
            var (question, answer) = (Array.Empty<byte>(), new byte[ReadFrame.HeadBytes + ReadFrame.BodyBytesMax]);
            while (ReadFrame.Read(stream, ref question) is { } frame)
            {
                Answer(stream, source, frame, answer);
            }
        }
        catch (Exception e) when (e is IOException or InvalidDataException or SocketException or InvalidOperationException)
        {
            // The reader is gone, says what is no question, or the node ends: it has seen all that there is to tell.
        }
        finally
        {
            lock (_readers)
            {
                _readers.Remove(socket);
            }

            stream.Dispose();
            socket.Dispose();
        }
    }

    /// <summary>Ends all connections.</summary>
    public void Dispose()
    {
        lock (_readers)
        {
            _isOver = true;
            foreach (var reader in _readers)
            {
                reader.Dispose();
            }
        }
    }

    private static void Answer(Stream stream, ISegmentSource source, ReadFrame question, byte[] answer)
    {
        var body = answer.AsSpan(ReadFrame.HeadBytes);
        try
        {
            switch (question)
            {
                case { Kind: ReadFrameKind.List }:
                    List(stream, source, question.Body.Span, answer);
                    break;
                case { Kind: ReadFrameKind.Open, Body.Length: sizeof(int) }:
                    body[0] = (byte)source.Open(BinaryPrimitives.ReadInt32LittleEndian(question.Body.Span));
                    ReadFrame.Write(stream, answer, ReadFrameKind.Opened, 1);
                    break;
                case { Kind: ReadFrameKind.Read, Body.Length: sizeof(long) + sizeof(int) }:
                    var offset = BinaryPrimitives.ReadInt64LittleEndian(question.Body.Span);
                    var bytes = BinaryPrimitives.ReadInt32LittleEndian(question.Body.Span[sizeof(long)..]);
                    var read = source.Read(Math.Max(offset, 0), body[..Math.Clamp(bytes, 0, ReadFrame.BodyBytesMax)]);
                    ReadFrame.Write(stream, answer, ReadFrameKind.Bytes, read);
                    break;
                default:
                    throw new InvalidDataException($"no question: kind {(byte)question.Kind} of {question.Body.Length} bytes");
            }
        }
        catch (Exception e) when (e is StorageException or ArgumentException)
        {
            ReadFrame.Write(stream, answer, ReadFrameKind.Fault, Encoding.UTF8.GetBytes(e.Message, body));
        }
    }

    private static void List(Stream stream, ISegmentSource source, ReadOnlySpan<byte> host, byte[] answer)
    {
        var listing = source.List(host);
        foreach (var file in listing.Files)
        {
            Write(stream, answer, ReadFrameKind.File, ReadFrame.BodyOf(file));
        }

        Write(stream, answer, ReadFrameKind.Listed, ReadFrame.BodyOf(listing));
    }

    private static void Write(Stream stream, byte[] answer, ReadFrameKind kind, byte[] body)
    {
        body.CopyTo(answer.AsSpan(ReadFrame.HeadBytes));
        ReadFrame.Write(stream, answer, kind, body.Length);
    }
}
