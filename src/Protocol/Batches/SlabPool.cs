using System.Collections.Concurrent;

namespace ActorLog.Protocol.Batches;

/// <summary>
/// Pinned arrays of three sizes, used again and again: a fresh array for each batch costs two and a half times as much in
/// collections. A small batch has a small one, since hundreds wait in a busy node. A rented slab has one owner, who returns it once.
/// </summary>
public static class SlabPool
{
    /// <summary>Bytes of the largest pooled slab that callers may fill.</summary>
    public const int SlabBytes = 512 * 1024;

    /// <summary>Bytes behind the fill, so that a vector load may start at any filled byte.</summary>
    public const int PaddingBytes = 64;

    // Of each size at most so much is kept, and no more than a part of what memory there is.
    private const long KeptBytesMax = 64 << 20;
    private const int PartOfMemory = 16;

    // Eightfold from one to the next: whoever grows copies an eighth of what it comes to hold.
    private static readonly Shelf[] Shelves = [new(SlabBytes / 64), new(SlabBytes / 8), new(SlabBytes)];

    /// <summary>How many bytes may be filled in the slab that <see cref="Rent"/> gives for so many.</summary>
    public static int SizeFor(int bytes) => ShelfFor(bytes)?.Bytes ?? bytes;

    /// <summary>A slab that holds at least <paramref name="bytes"/> and the padding; its content is undefined.</summary>
    public static byte[] Rent(int bytes = SlabBytes) => ShelfFor(bytes)?.Take() ?? Allocate(bytes);

    /// <summary>Gives a slab back; one of another size, or one too many, is left to the collector.</summary>
    public static void Return(byte[] ownedSlab)
    {
        if (ShelfFor(ownedSlab.Length - PaddingBytes) is { } shelf && shelf.Bytes == ownedSlab.Length - PaddingBytes)
        {
            shelf.Put(ownedSlab);
        }
    }

    private static Shelf? ShelfFor(int bytes)
    {
        foreach (var shelf in Shelves)
        {
            if (bytes <= shelf.Bytes)
            {
                return shelf;
            }
        }

        return null;
    }

    private static byte[] Allocate(int bytes) => GC.AllocateUninitializedArray<byte>(bytes + PaddingBytes, pinned: true);

    /// <summary>The slabs of one size that nobody has rented.</summary>
    private sealed class Shelf(int bytes)
    {
        private readonly ConcurrentQueue<byte[]> _kept = new();
        private readonly long _keptMax = Math.Min(KeptBytesMax, ProcessMemory.Part(PartOfMemory)) / bytes;
        private int _count;

        public int Bytes => bytes;

        public byte[] Take()
        {
            if (!_kept.TryDequeue(out var slab))
            {
                return Allocate(bytes);
            }

            Interlocked.Decrement(ref _count);
            return slab;
        }

        public void Put(byte[] slab)
        {
            if (Interlocked.Increment(ref _count) <= _keptMax)
            {
                _kept.Enqueue(slab);
            }
            else
            {
                Interlocked.Decrement(ref _count);
            }
        }
    }
}
