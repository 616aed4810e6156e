using System.Globalization;

namespace ActorLog.Node.Storage;

/// <summary>What a salvage kept and what it did not; said in the log, in metrics, and in a file beside the one set aside.</summary>
internal sealed class SalvageReport
{
    private readonly List<string> _lines = [];

    /// <summary>The database.</summary>
    public required string Path { get; init; }

    /// <summary>Where the damaged file stands now.</summary>
    public string Aside { get; set; } = string.Empty;

    /// <summary>Rows kept.</summary>
    public long Rows { get; set; }

    /// <summary>Records in them.</summary>
    public long Records { get; set; }

    /// <summary>Rows that are known to be lost.</summary>
    public long RowsLost { get; set; }

    /// <summary>Records that are known to be lost with them: of a spool for good; a journal's come again from the edges.</summary>
    public long RecordsLost { get; set; }

    /// <summary>All of it, a line each.</summary>
    public IReadOnlyList<string> Lines => _lines;

    /// <summary>The salvage in one line.</summary>
    public string Summary => string.Create(
        CultureInfo.InvariantCulture,
        $"{Path} was damaged and is set aside as {Aside}: {Rows} rows ({Records} records) kept, {RowsLost} rows ({RecordsLost} records) known to be lost");

    /// <summary>Adds a line.</summary>
    public void Say(string line) => _lines.Add(line);
}
