using System.IO.Compression;

namespace ActorLog.Node.Reading;

/// <summary>The bytes of the file that is open at a source, from its beginning.</summary>
internal sealed class SegmentStream(ISegmentSource source) : Stream
{
    private long _position;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <summary>The lines of the file.</summary>
    /// <param name="source">Where it is open.</param>
    /// <param name="isCompressed">Whether its bytes are gzip.</param>
    public static Stream Lines(ISegmentSource source, bool isCompressed) =>
        isCompressed ? new GZipStream(new BufferedStream(new SegmentStream(source), ChunkBytes), CompressionMode.Decompress)
        : new SegmentStream(source);

    /// <summary>Bytes that are asked for at once.</summary>
    public const int ChunkBytes = 512 * 1024;

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        var read = source.Read(_position, buffer);
        _position += read;
        return read;
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
        // Nothing is held here.
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
