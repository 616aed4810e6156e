using ActorLog.Protocol.Batches;

namespace ActorLog.Node.Routing;

/// <summary>Joins conditions by and, or, not.</summary>
internal sealed class JoinedFilter : Filter
{
    private readonly Filter[] _parts;
    private readonly bool _stopsAt;
    private readonly bool _inverts;

    private JoinedFilter(IEnumerable<Filter> parts, bool stopsAt, bool inverts)
    {
        _parts = [.. parts];
        _stopsAt = stopsAt;
        _inverts = inverts;
    }

    /// <summary>Takes what every part takes; with no part, everything.</summary>
    public static Filter And(IEnumerable<Filter> parts) => new JoinedFilter(parts, stopsAt: false, inverts: false);

    /// <summary>Takes what any part takes; with no part, nothing.</summary>
    public static Filter Or(IEnumerable<Filter> parts) => new JoinedFilter(parts, stopsAt: true, inverts: false);

    /// <summary>Takes what the part does not.</summary>
    public static Filter Not(Filter part) => new JoinedFilter([part], stopsAt: false, inverts: true);

    public override bool Takes(in LogRecord record)
    {
        foreach (var part in _parts)
        {
            if (part.Takes(record) == _stopsAt)
            {
                return _stopsAt != _inverts;
            }
        }

        return _stopsAt == _inverts;
    }
}
