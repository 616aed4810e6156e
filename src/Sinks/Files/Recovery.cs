namespace ActorLog.Sinks.Files;

/// <summary>How a segment was found after a crash, against what the journal says of it.</summary>
/// <param name="Outcome">Which case.</param>
/// <param name="FoundLength">The file's length before anything was cut; 0 when it is missing.</param>
/// <param name="File">The open segment, of the committed length; null unless recovered. The caller disposes it.</param>
public readonly record struct Recovery(RecoveryOutcome Outcome, long FoundLength, LogFile? File);

/// <summary>The cases of a recovery. In all but the first the file was left as it is.</summary>
public enum RecoveryOutcome
{
    /// <summary>Inode, length and checksum agree; what lay behind the committed length was cut.</summary>
    Recovered,
    /// <summary>Nothing stands at the path.</summary>
    Missing,
    /// <summary>Another file stands at the path, or no file at all.</summary>
    Foreign,
    /// <summary>The file is shorter than what was committed.</summary>
    Shorter,
    /// <summary>The bytes before the committed length are not those that were committed.</summary>
    Damaged,
}

/// <summary>What someone else has done to an open segment.</summary>
public enum Interference
{
    /// <summary>Nothing.</summary>
    None,
    /// <summary>The path is gone: the file was deleted, or renamed with nothing in its place.</summary>
    Gone,
    /// <summary>The path names another file.</summary>
    Replaced,
    /// <summary>The file is shorter than what was appended to it.</summary>
    Truncated,
    /// <summary>Someone else appended.</summary>
    Extended,
}

/// <summary>What sealing has found and done; it can be repeated after a crash at any of its steps.</summary>
public enum SealOutcome
{
    /// <summary>The segment has its final name, durably.</summary>
    Sealed,
    /// <summary>Neither name is the segment's: it was moved or deleted by someone else, and nothing was done.</summary>
    Missing,
}
