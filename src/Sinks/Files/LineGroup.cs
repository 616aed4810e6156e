namespace ActorLog.Sinks.Files;

/// <summary>
/// The lines of one batch that go to one path, in their order. A view into its <see cref="LineGroups"/>: valid until
/// that renders again or is disposed.
/// </summary>
public sealed class LineGroup
{
    private readonly List<ReadOnlyMemory<byte>> _pieces = [];

    internal LineGroup(FilePath path)
    {
        FilePath = path;
    }

    /// <summary>The path below the root.</summary>
    public string Path => FilePath.Value;

    /// <summary>How many lines.</summary>
    public int Lines { get; internal set; }

    /// <summary>Bytes of all pieces.</summary>
    public long Bytes { get; private set; }

    /// <summary>How many pieces hold the lines: one, save where a slab was full. A line is never divided.</summary>
    public int PieceCount => _pieces.Count;

    internal FilePath FilePath { get; private set; }

    /// <summary>Whole lines, each with its LF.</summary>
    public ReadOnlySpan<byte> Piece(int index) => _pieces[index].Span;

    internal void Reset(FilePath path)
    {
        FilePath = path;
        Lines = 0;
        Bytes = 0;
        _pieces.Clear();
    }

    internal void Add(ReadOnlyMemory<byte> piece)
    {
        if (piece.Length > 0)
        {
            _pieces.Add(piece);
            Bytes += piece.Length;
        }
    }
}
