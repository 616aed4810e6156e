using System.IO.Compression;
using ZstdNet;

namespace ActorLog.Protocol.Batches;

/// <summary>Deflates and inflates bodies; holds the native contexts, one of each per thread for inflating.</summary>
internal static class BodyCompression
{
    [ThreadStatic]
    private static Decompressor? _decompressor;

    private static readonly Lazy<bool> Zstd = new(ProbeZstd);

    /// <summary>Whether the zstd library could be loaded; found out once per process.</summary>
    public static bool HasZstd => Zstd.Value;

    /// <summary>Fills <paramref name="raw"/> exactly; false when the stored bytes do not inflate to just that many.</summary>
    public static bool TryInflate(BlockCompression compression, ReadOnlySpan<byte> stored, Span<byte> raw)
    {
        switch (compression)
        {
            case BlockCompression.None:
                stored.CopyTo(raw);
                return stored.Length == raw.Length;
            case BlockCompression.Brotli:
                return BrotliDecoder.TryDecompress(stored, raw, out var written) && written == raw.Length;
            default:
                try
                {
                    _decompressor ??= new Decompressor();
                    return _decompressor.Unwrap(stored, raw) == raw.Length;
                }
                catch (ZstdException)
                {
                    // Damaged or hostile input: the checksum was right, so this is no accident worth a fast path.
                    return false;
                }
        }
    }

    private static bool ProbeZstd()
    {
        try
        {
            using var compressor = new Compressor();
            return compressor.Wrap("ActorLog"u8).Length > 0;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException
            or EntryPointNotFoundException or BadImageFormatException)
        {
            return false;
        }
    }
}
