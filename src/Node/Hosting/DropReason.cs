namespace ActorLog.Node.Hosting;

/// <summary>Why records were not kept.</summary>
public enum DropReason
{
    /// <summary>The kernel's receive buffer was full (counted by the kernel, in datagrams).</summary>
    Kernel,
    /// <summary>The flow stood still for longer than batching.stall-max, and a listener shed what it held.</summary>
    Stalled,
    /// <summary>The spool was at its limit.</summary>
    SpoolFull,
    /// <summary>A local file could not be written for longer than its branch may wait.</summary>
    LocalFile,
    /// <summary>The spool's file no longer holds blocks that it had: it was damaged or edited.</summary>
    SpoolLost,
    /// <summary>Blocks that were damaged in the spool, or that an aggregator will never take: set aside.</summary>
    Refused,
}
