using System.Collections.Concurrent;

namespace ActorLog.Protocol.Batches;

/// <summary>
/// Pinned arrays of one size, used again and again: a fresh array for each batch costs two and a half times as much in
/// collections. A rented slab has one owner, who returns it once.
/// </summary>
public static class SlabPool
{
    /// <summary>Bytes of a pooled slab that callers may fill.</summary>
    public const int SlabBytes = 512 * 1024;

    /// <summary>Bytes behind the fill, so that a vector load may start at any filled byte.</summary>
    public const int PaddingBytes = 64;

    private const int KeptMax = 128;
    private static readonly ConcurrentQueue<byte[]> Kept = new();
    private static int _kept;

    /// <summary>A slab that holds at least <paramref name="bytes"/> and the padding; its content is undefined.</summary>
    public static byte[] Rent(int bytes = SlabBytes)
    {
        if (bytes <= SlabBytes && Kept.TryDequeue(out var slab))
        {
            Interlocked.Decrement(ref _kept);
            return slab;
        }

        return GC.AllocateUninitializedArray<byte>(Math.Max(bytes, SlabBytes) + PaddingBytes, pinned: true);
    }

    /// <summary>Gives a slab back; one of another size, or one too many, is left to the collector.</summary>
    public static void Return(byte[] ownedSlab)
    {
        if (ownedSlab.Length == SlabBytes + PaddingBytes && Interlocked.Increment(ref _kept) <= KeptMax)
        {
            Kept.Enqueue(ownedSlab);
        }
        else if (ownedSlab.Length == SlabBytes + PaddingBytes)
        {
            Interlocked.Decrement(ref _kept);
        }
    }
}
