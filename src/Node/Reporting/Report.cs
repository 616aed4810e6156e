using ActorLog.Node.Hosting;

namespace ActorLog.Node.Reporting;

/// <summary>A report as it grows: its lines, the gaps that are known, and what does not agree.</summary>
internal sealed class Report
{
    private readonly List<ReportLine> _lines = [];
    private readonly Dictionary<string, Gap> _gaps = [];

    /// <summary>In order.</summary>
    public IReadOnlyList<ReportLine> Lines => _lines;

    /// <summary>Records that came out of a step and never went in.</summary>
    public long Imbalance { get; set; }

    /// <summary>Records that are nowhere, with nothing that says why.</summary>
    public long Unexplained { get; set; }

    /// <summary>A database could not be asked.</summary>
    public bool HasFault { get; set; }

    /// <summary>Everything agrees.</summary>
    public bool IsSound => Imbalance == 0 && Unexplained == 0 && !HasFault;

    /// <summary>Adds a line.</summary>
    public void Add(string kind, params (string Name, object Value)[] values) => _lines.Add(new ReportLine(kind, values));

    /// <summary>Adds the verdict, the last line.</summary>
    public void Close() => Add("verdict", ("imbalance", Imbalance), ("unexplained", Unexplained));

    /// <summary>Notes a gap, told by a ledger or by a file: told twice, it is one.</summary>
    public void Know(Gap gap)
    {
        if (!_gaps.TryGetValue(gap.Id, out var known) || known.Records < gap.Records)
        {
            _gaps[gap.Id] = gap;
        }
    }

    /// <summary>Records of an origin whose loss is known.</summary>
    public long ExplainedOf(string origin) => _gaps.Values.Where(gap => gap.Source == origin).Sum(static gap => gap.Records);
}
