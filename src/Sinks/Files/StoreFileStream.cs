using ActorLog.Sinks.Storage;

namespace ActorLog.Sinks.Files;

/// <summary>A file of a store as a stream, for the compression of the framework: read from the start, or appended to.</summary>
internal sealed class StoreFileStream(IStoreFile file, bool writing) : Stream
{
    private long _position;

    public override bool CanRead => !writing;

    public override bool CanSeek => false;

    public override bool CanWrite => writing;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var read = file.ReadAt(_position, buffer);
        _position += read;
        return read;
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        file.Append(buffer);
        _position += buffer.Length;
    }

    public override void Flush()
    {
        // Nothing is held here; what is durable is decided by the file's own sync.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
