using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Syslog;

namespace ActorLog.Sinks.Files;

/// <summary>
/// Renders a batch into lines, grouped by path, in rented slabs which it owns until it renders again or is disposed.
/// Meant to be used again and again. One thread at a time.
/// </summary>
public sealed class LineGroups : IDisposable
{
    private readonly PathTable _paths;
    private readonly LineWriter _writer;
    private readonly List<LineGroup> _groups = [];
    private readonly List<byte[]> _slabs = [];
    private int[] _offsets = [];
    private int[] _groupOf = [];
    private int[] _grouped = [];
    private int[] _ends = [];
    private long _round;
    private int _slabUsed;

    /// <summary>Makes one.</summary>
    /// <param name="template">Where lines go.</param>
    /// <param name="writer">What a line is; used by this alone.</param>
    public LineGroups(PathTemplate template, LineWriter writer)
    {
        _paths = new PathTable(template);
        _writer = writer;
    }

    /// <summary>How many paths the last batch touches.</summary>
    public int Count { get; private set; }

    /// <summary>The lines for one of them, in the order in which the batch names the paths first.</summary>
    public LineGroup this[int index] =>
        index < Count ? _groups[index] : throw new ArgumentOutOfRangeException(nameof(index));

    /// <summary>Renders a batch in place of the one before; the batch may be released afterwards.</summary>
    public void Render(RecordBatch batch)
    {
        ReturnSlabs();
        AssignGroups(batch);
        var grouped = InOrderOfGroups(batch.Count);
        var start = 0;
        for (var group = 0; group < Count; group++)
        {
            RenderGroup(batch, grouped.AsSpan(start, _groups[group].Lines), _groups[group]);
            start += _groups[group].Lines;
        }
    }

    /// <summary>Returns the slabs; it can render again afterwards.</summary>
    public void Dispose() => ReturnSlabs();

    private void AssignGroups(RecordBatch batch)
    {
        if (_offsets.Length < batch.Count)
        {
            Array.Resize(ref _offsets, batch.Count * 2);
            Array.Resize(ref _groupOf, batch.Count * 2);
        }

        _paths.Begin(batch);
        _round++;
        var i = 0;
        var records = batch.GetEnumerator();
        while (records.MoveNext())
        {
            records.FetchAhead();
            var path = _paths.PathOf(records.Current);
            if (path.Round != _round)
            {
                path.Round = _round;
                path.Group = Count;
                AddGroup(path);
            }

            _groups[path.Group].Lines++;
            _offsets[i] = records.Offset;
            _groupOf[i++] = path.Group;
        }
    }

    private void AddGroup(FilePath path)
    {
        if (Count == _groups.Count)
        {
            _groups.Add(new LineGroup(path));
        }
        else
        {
            _groups[Count].Reset(path);
        }

        Count++;
    }

    /// <summary>The records' offsets sorted by group, and by their order within it (a counting sort).</summary>
    private int[] InOrderOfGroups(int records)
    {
        if (Count <= 1)
        {
            return _offsets;
        }

        if (_ends.Length < Count)
        {
            Array.Resize(ref _ends, Count * 2);
        }

        if (_grouped.Length < _offsets.Length)
        {
            Array.Resize(ref _grouped, _offsets.Length);
        }

        var start = 0;
        for (var group = 0; group < Count; group++)
        {
            _ends[group] = start;
            start += _groups[group].Lines;
        }

        for (var i = 0; i < records; i++)
        {
            _grouped[_ends[_groupOf[i]]++] = _offsets[i];
        }

        return _grouped;
    }

    private void RenderGroup(RecordBatch batch, ReadOnlySpan<int> offsets, LineGroup group)
    {
        var pieceStart = _slabUsed;
        foreach (var offset in offsets)
        {
            var record = batch.RecordAt(offset);
            var bytesMax = _writer.MaxBytes(record);
            if (_slabs.Count == 0 || _slabUsed + bytesMax > _slabs[^1].Length - SlabPool.PaddingBytes)
            {
                EndPiece(group, pieceStart);
                // Lines are about as long as their records.
                _slabs.Add(SlabPool.Rent(Math.Max(bytesMax, Math.Min(batch.Length, SlabPool.SlabBytes))));
                _slabUsed = 0;
                pieceStart = 0;
            }

            _slabUsed += _writer.Write(record, _slabs[^1].AsSpan(_slabUsed, bytesMax));
        }

        EndPiece(group, pieceStart);
    }

    private void EndPiece(LineGroup group, int start)
    {
        if (_slabUsed > start)
        {
            group.Add(_slabs[^1].AsMemory(start, _slabUsed - start));
        }
    }

    private void ReturnSlabs()
    {
        foreach (var slab in _slabs)
        {
            SlabPool.Return(slab);
        }

        _slabs.Clear();
        _slabUsed = 0;
        Count = 0;
    }
}
