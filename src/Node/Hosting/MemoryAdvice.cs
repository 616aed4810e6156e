namespace ActorLog.Node.Hosting;

/// <summary>What to say at the start of a process that has too little memory to do its work: nothing else would tell.</summary>
internal static class MemoryAdvice
{
    // Half of a container of 96 MiB, the smallest in which ten minutes of ten thousand records a second were all stored (docs/performance.md).
    private const long HeapBytesMin = 48L << 20;

    /// <summary>The advice; null when the memory suffices.</summary>
    /// <param name="heapBytes">What the managed heap may take: half of the container's memory, or what the environment says.</param>
    public static string? Of(long heapBytes) => heapBytes >= HeapBytesMin ? null
        : $"the heap may take {heapBytes >> 20} MiB, half of the container's memory: below 96 MiB (48 of heap) the code itself is read from the disk again "
            + "and again under load, and records are stored late or not at all; raise the container's memory limit";
}
