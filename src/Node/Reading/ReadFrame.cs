using System.Buffers.Binary;
using System.Text;
using ActorLog.Sinks.Files;

namespace ActorLog.Node.Reading;

/// <summary>
/// What a reader and a node say to each other at the cluster's port, behind the greeting. All numbers little endian:
/// <code>
/// +------+-----------------+---------------------+
/// | kind | bytes of body   | body                |
/// | u8   | u32, 0..1 MiB   |                     |
/// +------+-----------------+---------------------+
///
/// reader to node    1 list    host
///                   2 open    i32 place in the listing
///                   3 read    i64 offset, i32 bytes at most
/// node to reader   11 file    u64 inode, i64 bytes, i64 changed (UTC ticks), u8 others' too, text log, text path
///                  12 listed  text root id, text node, text near; ends a listing
///                  13 opened  u8 SegmentOpening
///                  14 bytes   as they lie on disk; none: the end of the file
///                  15 fault   why it was not done
/// </code>
/// A text is u16 bytes and as many of UTF-8. A reader asks again when it has its answer, so what is under way is bounded.
/// </summary>
/// <param name="Kind">What it says.</param>
/// <param name="Body">Valid until the next frame is read.</param>
internal readonly record struct ReadFrame(ReadFrameKind Kind, ReadOnlyMemory<byte> Body)
{
    /// <summary>The most bytes of a body.</summary>
    public const int BodyBytesMax = 1024 * 1024;

    /// <summary>The bytes in front of a body.</summary>
    public const int HeadBytes = 5;

    /// <summary>Writes a frame.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="frame">Room for the head, and the body behind it.</param>
    /// <param name="kind">What it says.</param>
    /// <param name="bodyBytes">Bytes of the body.</param>
    public static void Write(Stream stream, Span<byte> frame, ReadFrameKind kind, int bodyBytes)
    {
        frame[0] = (byte)kind;
        BinaryPrimitives.WriteInt32LittleEndian(frame[1..], bodyBytes);
        stream.Write(frame[..(HeadBytes + bodyBytes)]);
        stream.Flush();
    }

    /// <summary>Reads the next frame; null when the other has closed between two.</summary>
    /// <param name="stream">Where from.</param>
    /// <param name="buffer">Grows to what the body needs.</param>
    /// <exception cref="InvalidDataException">It is none.</exception>
    public static ReadFrame? Read(Stream stream, ref byte[] buffer)
    {
        Span<byte> head = stackalloc byte[HeadBytes];
        var read = stream.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false);
        if (read == 0)
        {
            return null;
        }

        var bytes = read < HeadBytes ? throw new EndOfStreamException() : BinaryPrimitives.ReadUInt32LittleEndian(head[1..]);
        if (bytes > BodyBytesMax)
        {
            throw new InvalidDataException($"a frame of {bytes} bytes");
        }

        if (buffer.Length < bytes)
        {
            buffer = new byte[bytes];
        }

        var body = buffer.AsMemory(0, (int)bytes);
        stream.ReadExactly(body.Span);
        return new ReadFrame((ReadFrameKind)head[0], body);
    }

    /// <summary>The body of a file.</summary>
    public static byte[] BodyOf(HostFile file) => Make(writer =>
    {
        writer.Write(file.Inode);
        writer.Write(file.Bytes);
        writer.Write(file.ChangedTicks);
        writer.Write(file.IsOthersToo);
        Write(writer, file.Log);
        Write(writer, file.Path);
    });

    /// <summary>The body of what ends a listing.</summary>
    public static byte[] BodyOf(SegmentListing listing) => Make(writer =>
    {
        Write(writer, listing.RootId);
        Write(writer, listing.Node);
        Write(writer, listing.Near ?? "");
    });

    /// <summary>A file of a listing.</summary>
    /// <exception cref="InvalidDataException">The body is not one.</exception>
    public HostFile ToFile() => Parse(static reader =>
    {
        var (inode, bytes, changed, isOthersToo) = (reader.ReadUInt64(), reader.ReadInt64(), reader.ReadInt64(), reader.ReadBoolean());
        return new HostFile(ReadText(reader), ReadText(reader), inode, bytes, changed, isOthersToo);
    });

    /// <summary>The end of a listing.</summary>
    /// <exception cref="InvalidDataException">The body is not one.</exception>
    public SegmentListing ToListing(IReadOnlyList<HostFile> files) => Parse(reader =>
        new SegmentListing(ReadText(reader), ReadText(reader), files, ReadText(reader) is { Length: > 0 } near ? near : null));

    /// <summary>The body as text.</summary>
    public string ToText() => Encoding.UTF8.GetString(Body.Span);

    private static byte[] Make(Action<BinaryWriter> write)
    {
        using var body = new MemoryStream();
        using var writer = new BinaryWriter(body);
        write(writer);
        writer.Flush();
        return body.ToArray();
    }

    private T Parse<T>(Func<BinaryReader, T> read)
    {
        using var reader = new BinaryReader(new MemoryStream(Body.ToArray()));
        try
        {
            return read(reader);
        }
        catch (EndOfStreamException e)
        {
            throw new InvalidDataException($"a frame of kind {Kind} that is too short", e);
        }
    }

    private static void Write(BinaryWriter writer, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        writer.Write(checked((ushort)bytes.Length));
        writer.Write(bytes);
    }

    private static string ReadText(BinaryReader reader)
    {
        var bytes = reader.ReadUInt16();
        var text = reader.ReadBytes(bytes);
        return text.Length == bytes ? Encoding.UTF8.GetString(text) : throw new EndOfStreamException();
    }
}

/// <summary>What a <see cref="ReadFrame"/> says.</summary>
internal enum ReadFrameKind : byte
{
    /// <summary>Reader: which files of a host there are.</summary>
    List = 1,
    /// <summary>Reader: this one is next.</summary>
    Open = 2,
    /// <summary>Reader: bytes of it.</summary>
    Read = 3,
    /// <summary>Node: a file.</summary>
    File = 11,
    /// <summary>Node: that was all.</summary>
    Listed = 12,
    /// <summary>Node: how it was opened.</summary>
    Opened = 13,
    /// <summary>Node: the bytes.</summary>
    Bytes = 14,
    /// <summary>Node: it was not done, and why.</summary>
    Fault = 15,
}
