namespace ActorLog.Protocol.Batches;

/// <summary>The memory that this process may use: its heap's limit, a share of its container's memory, or the machine's memory.</summary>
public static class ProcessMemory
{
    /// <summary>All of it.</summary>
    public static long Bytes => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    /// <summary>Bytes of one of so many equal parts of it.</summary>
    public static long Part(int parts) => Bytes / parts;
}
