namespace ActorLog.Node.Sharding;

/// <summary>
/// The lines of one block, on their way to their files, and the word that all of them stand there (not yet durably): the file
/// actor that writes the last ones tells it. One for each file would be, with a line for each, as much work as the lines.
/// </summary>
/// <param name="files">Into how many files they go.</param>
/// <param name="bytes">How many bytes they are.</param>
/// <param name="lines">How many lines they are.</param>
internal sealed class BlockLines(int files, long bytes, int lines)
{
    private int _missing = files;

    /// <summary>Bytes of all lines.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>How many lines.</summary>
    public int Lines { get; } = lines;

    /// <summary>Notes that one more of the files has got its lines. From any thread, once for each file.</summary>
    /// <returns>Whether it was the last.</returns>
    public bool IsLast() => Interlocked.Decrement(ref _missing) == 0;
}
