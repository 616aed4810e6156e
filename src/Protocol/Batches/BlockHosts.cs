namespace ActorLog.Protocol.Batches;

/// <summary>Walks a block's host table in place, so that a gateway checks an edge's claims without inflating.</summary>
public ref struct BlockHosts
{
    private readonly ReadOnlySpan<byte> _table;
    private readonly int _hosts;
    private int _next;
    private int _seen;

    internal BlockHosts(ReadOnlySpan<byte> table, int hosts)
    {
        _table = table;
        _hosts = hosts;
    }

    /// <summary>The name that the walk stands on.</summary>
    public ReadOnlySpan<byte> Current { get; private set; }

    /// <summary>Itself: a table is walked with foreach.</summary>
    public readonly BlockHosts GetEnumerator() => this;

    /// <summary>Goes to the next name; false behind the last, or where the table is not sound.</summary>
    public bool MoveNext()
    {
        if (_seen >= _hosts || _next >= _table.Length || _table[_next] > _table.Length - _next - 1)
        {
            return false;
        }

        Current = _table.Slice(_next + 1, _table[_next]);
        _next += 1 + Current.Length;
        _seen++;
        return true;
    }

    /// <summary>After the walk: whether the names tile the table exactly.</summary>
    internal readonly bool IsWhole => _seen == _hosts && _next == _table.Length;

    /// <summary>Bytes of the table that were walked.</summary>
    internal readonly int Walked => _next;
}
