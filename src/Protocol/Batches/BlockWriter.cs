using System.IO.Compression;
using ZstdNet;
using static System.Buffers.Binary.BinaryPrimitives;

namespace ActorLog.Protocol.Batches;

/// <summary>
/// Turns batches into blocks, one per slot that occurs (docs/decisions/0002). Owns its compressor and scratch memory:
/// one thread at a time.
/// </summary>
public sealed class BlockWriter : IDisposable
{
    /// <summary>Below this many raw bytes nothing is compressed: it would not pay.</summary>
    internal const int CompressFromBytes = 160;

    private readonly int _slots;
    private readonly Compressor? _zstd;
    private readonly SlotSplit _split;
    private byte[] _deflated = [];

    /// <summary>A writer for one edge.</summary>
    /// <param name="compression">What is wished; see <see cref="Compression"/> for what is had.</param>
    /// <param name="slots">Into how many slots hosts are divided, 1 to <see cref="SlotHash.SlotsMax"/>.</param>
    public BlockWriter(BlockCompression compression, int slots)
        : this(compression, slots, BodyCompression.HasZstd)
    {
    }

    internal BlockWriter(BlockCompression compression, int slots, bool hasZstd)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, SlotHash.SlotsMax);
        _slots = slots;
        _split = new SlotSplit(slots);
        Compression = compression == BlockCompression.Zstd && !hasZstd ? BlockCompression.Brotli : compression;
        if (Compression == BlockCompression.Zstd)
        {
            _zstd = new Compressor(new CompressionOptions(1));
        }
    }

    /// <summary>What is used: Brotli instead of zstd where the native library cannot be loaded.</summary>
    public BlockCompression Compression { get; }

    /// <summary>
    /// Appends the batch's blocks to <paramref name="blocks"/>, in the order of their slots; nothing for an empty batch.
    /// Each is a fresh array of its exact size, the caller's. The batch is only read. Records keep their order within a slot.
    /// </summary>
    public void Write(RecordBatch batch, List<byte[]> blocks)
    {
        if (batch.Count == 0)
        {
            return;
        }

        if (_split.TrySingleSlot(batch.Hosts, out var slot))
        {
            blocks.Add(Pack(slot, batch.BaseTicks, batch.Count, HostTableBytes(batch.Hosts), batch.Hosts, batch.Bytes));
            return;
        }

        _split.Regroup(batch);
        foreach (var part in _split.Parts)
        {
            blocks.Add(Pack(part.Slot, batch.BaseTicks, part.Records, HostTableBytes(part.Hosts), part.Hosts,
                _split.BodyOf(part)));
        }

        _split.Release();
    }

    /// <summary>Releases the native compressor.</summary>
    public void Dispose() => _zstd?.Dispose();

    private static int HostTableBytes(HostTable hosts)
    {
        var bytes = hosts.Count;
        for (var i = 0; i < hosts.Count; i++)
        {
            bytes += hosts[i].Length;
        }

        return bytes;
    }

    private byte[] Pack(int slot, long baseTicks, int records, int tableBytes, HostTable hosts, ReadOnlySpan<byte> body)
    {
        var compression = Deflate(body, out var stored);
        var block = GC.AllocateUninitializedArray<byte>(BlockFormat.HeaderBytes + tableBytes + stored.Length);
        var at = block.AsSpan();
        at[..BlockFormat.HeaderBytes].Clear();
        WriteUInt32LittleEndian(at, BlockFormat.Magic);
        at[BlockFormat.VersionAt] = BlockFormat.Version;
        at[BlockFormat.CompressionAt] = (byte)compression;
        WriteUInt16LittleEndian(at[BlockFormat.SlotAt..], (ushort)slot);
        WriteUInt16LittleEndian(at[BlockFormat.SlotsAt..], (ushort)_slots);
        WriteInt32LittleEndian(at[BlockFormat.RecordsAt..], records);
        WriteInt32LittleEndian(at[BlockFormat.RawBytesAt..], body.Length);
        WriteInt32LittleEndian(at[BlockFormat.StoredBytesAt..], stored.Length);
        WriteInt32LittleEndian(at[BlockFormat.HostTableBytesAt..], tableBytes);
        WriteUInt16LittleEndian(at[BlockFormat.HostsAt..], (ushort)hosts.Count);
        WriteInt64LittleEndian(at[BlockFormat.BaseTicksAt..], baseTicks);

        var rest = at[BlockFormat.HeaderBytes..];
        for (var i = 0; i < hosts.Count; i++)
        {
            var name = hosts[i];
            rest[0] = (byte)name.Length;
            name.CopyTo(rest[1..]);
            rest = rest[(1 + name.Length)..];
        }

        stored.CopyTo(rest);
        WriteUInt32LittleEndian(at[BlockFormat.ChecksumAt..], Crc32C.Of(at[BlockFormat.HeaderBytes..]));
        BlockFormat.StampHeaderChecksum(at);
        return block;
    }

    /// <summary>Compresses when that saves at least a sixteenth; else the body is stored as it is.</summary>
    private BlockCompression Deflate(ReadOnlySpan<byte> body, out ReadOnlySpan<byte> stored)
    {
        stored = body;
        if (Compression == BlockCompression.None || body.Length < CompressFromBytes)
        {
            return BlockCompression.None;
        }

        var bound = Compression == BlockCompression.Zstd
            ? Compressor.GetCompressBound(body.Length)
            : BrotliEncoder.GetMaxCompressedLength(body.Length);
        if (_deflated.Length < bound)
        {
            _deflated = GC.AllocateUninitializedArray<byte>(bound);
        }

        int written;
        if (Compression == BlockCompression.Zstd)
        {
            written = _zstd!.Wrap(body, _deflated.AsSpan());
        }
        else if (!BrotliEncoder.TryCompress(body, _deflated, out written, quality: 0, window: 22))
        {
            return BlockCompression.None;
        }

        if (written > body.Length - (body.Length / 16))
        {
            return BlockCompression.None;
        }

        stored = _deflated.AsSpan(0, written);
        return Compression;
    }
}
