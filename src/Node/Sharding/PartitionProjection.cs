using System.Buffers;
using ActorLog.Node.Hosting;
using ActorLog.Protocol.Batches;
using ActorLog.Protocol.Delivery;
using ActorLog.Protocol.Syslog;
using ActorLog.Sinks.Files;
using ActorLog.Sinks.Storage;

namespace ActorLog.Node.Sharding;

/// <summary>
/// From stored parts to lines in files: renders each block once, in the order of the journal, and hands its lines to their
/// files. What cannot be rendered goes to <see cref="PartitionRejects"/>. Used by the partition's thread only.
/// </summary>
internal sealed class PartitionProjection(PartitionSetup setup, PartitionFiles files, PartitionRejects rejects) : IDisposable
{
    private readonly LineGroups _groups = new(setup.Template, new LineWriter(setup.Settings.Files.TimeZone));
    private readonly Queue<PartToProject> _again = new();

    /// <summary>Whether parts of the journal wait to be written again.</summary>
    public bool IsBehind => _again.Count > 0;

    /// <summary>Notes what the journal holds beyond the last checkpoint, for <see cref="CatchUp"/>.</summary>
    public void WriteAgain(IEnumerable<PartToProject> parts)
    {
        foreach (var part in parts)
        {
            setup.Ledger.Add(LedgerAccount.Replayed, part.Part.Records);
            _again.Enqueue(part);
        }
    }

    /// <summary>Writes what waits, as fast as the disk takes it: it may be more than memory is.</summary>
    /// <exception cref="StorageException">The disk refused to set a block aside.</exception>
    public void CatchUp()
    {
        while (files.HasRoom && _again.TryDequeue(out var part))
        {
            Project(part.SequenceNr, part.Part, null);
        }
    }

    /// <summary>Writes a part. The gateway read its block whole, so this can fail only by a damaged journal, or a fault of this program.</summary>
    /// <param name="sequenceNr">Its number in the journal.</param>
    /// <param name="part">The part.</param>
    /// <param name="ownedRecords">Its block, read already; given back here. Null: it is read here.</param>
    /// <exception cref="StorageException">The disk refused to set the block aside.</exception>
    public void Project(long sequenceNr, PartStored part, RecordBatch? ownedRecords)
    {
        var records = ownedRecords;
        try
        {
            var why = records is null && !BlockReader.TryRead(part.Block.Span, BlockLimits.Default, out records, out var error)
                ? error.ToString()
                : Render(records!);
            if (why is not null)
            {
                rejects.KeepBlock(sequenceNr, part, why);
                return;
            }

            AppendGroups();
        }
        finally
        {
            if (ownedRecords is not null)
            {
                GiveBack(ownedRecords);
            }
            else
            {
                records?.Dispose();
            }
        }
    }

    /// <summary>Gives back the records of a part that is not projected.</summary>
    public void GiveBack(RecordBatch? ownedRecords)
    {
        if (ownedRecords is not null)
        {
            setup.Intake.GiveInflated(ownedRecords);
            ownedRecords.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _groups.Dispose();

    // Whatever is thrown here would be thrown again by every replay: it is told as the reason.
    private string? Render(RecordBatch records)
    {
        try
        {
            _groups.Render(records);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return $"{e.GetType().Name}: {e.Message}";
        }

        for (var i = 0; i < _groups.Count; i++)
        {
            if (!StorePath.IsLegal(_groups[i].Path))
            {
                return $"'{_groups[i].Path}' is no path";
            }
        }

        return null;
    }

    private void AppendGroups()
    {
        var (bytes, lines) = (0L, 0);
        for (var i = 0; i < _groups.Count; i++)
        {
            bytes += _groups[i].Bytes;
            lines += _groups[i].Lines;
        }

        var block = new BlockLines(_groups.Count, bytes, lines);
        files.Begin(block);
        for (var i = 0; i < _groups.Count; i++)
        {
            Append(_groups[i], block);
        }
    }

    private void Append(LineGroup group, BlockLines block)
    {
        var lines = ArrayPool<byte>.Shared.Rent(checked((int)group.Bytes));
        var length = 0;
        for (var piece = 0; piece < group.PieceCount; piece++)
        {
            group.Piece(piece).CopyTo(lines.AsSpan(length));
            length += group.Piece(piece).Length;
        }

        files.Append(group.Path, new AppendLines(lines, length, block), group.Lines);
    }
}
