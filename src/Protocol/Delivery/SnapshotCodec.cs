using ActorLog.Protocol.Delivery.Wire;

namespace ActorLog.Protocol.Delivery;

/// <summary>Between a snapshot, or a file of the table, and its message.</summary>
internal static class SnapshotCodec
{
    public static SnapshotWire ToWire(PartitionSnapshot snapshot)
    {
        var wire = new SnapshotWire
        {
            SequenceNr = snapshot.SequenceNr,
            Through = snapshot.Through,
            UncheckpointedParts = snapshot.UncheckpointedParts,
            NextFileNumber = snapshot.NextFileNumber,
            Owner = snapshot.Owner is null ? null : JournalCodec.ToWire(snapshot.Owner),
        };
        wire.Origins.AddRange(snapshot.Origins.Select(ToWire));
        wire.Files.AddRange(snapshot.Files.Select(ToWire));
        wire.Commits.AddRange(snapshot.Commits.Select(
            c => new CommitWire { Through = c.Through, AtTicks = c.AtTicks }));
        return wire;
    }

    public static PartitionSnapshot? FromWire(SnapshotWire wire)
    {
        var files = new List<FileEntry>();
        foreach (var file in wire.Files)
        {
            if (FromWire(file) is not { } entry)
            {
                return null;
            }

            files.Add(entry);
        }

        return wire.UncheckpointedParts is < 0 or > int.MaxValue
            || files.DistinctBy(f => f.Opened.FileNumber).Count() != files.Count
            || wire.Origins.DistinctBy(o => o.Origin).Count() != wire.Origins.Count
            ? null
            : new PartitionSnapshot(
                wire.SequenceNr,
                wire.Through,
                (int)wire.UncheckpointedParts,
                [.. wire.Origins.Select(FromWire)],
                [.. wire.Commits.Select(c => new Commit(c.Through, c.AtTicks))],
                wire.Owner is null ? null : JournalCodec.FromWire(wire.Owner),
                files,
                wire.NextFileNumber);
    }

    public static FileEntry? FromWire(FileEntryWire file) =>
        file.Opened is null || file.Length < 0 || JournalCodec.FromWire(file.Opened) is not { } opened
            ? null
            : new FileEntry(
                opened, file.Length, file.HasTailChecksum ? file.TailChecksum : null,
                file.HasSealedAs ? file.SealedAs : null, file.SealedThrough)
            {
                OpenedAt = file.OpenedAt,
                IsClosed = file.IsClosed,
            };

    public static FileEntryWire ToWire(FileEntry file)
    {
        var wire = new FileEntryWire
        {
            Opened = JournalCodec.ToWire(file.Opened),
            Length = file.Length,
            SealedThrough = file.SealedThrough,
            OpenedAt = file.OpenedAt,
            IsClosed = file.IsClosed,
        };
        if (file.TailChecksum is { } checksum)
        {
            wire.TailChecksum = checksum;
        }

        if (file.SealedAs is { } name)
        {
            wire.SealedAs = name;
        }

        return wire;
    }

    private static OriginWire ToWire(OriginSnapshot origin)
    {
        var wire = new OriginWire
        {
            Origin = origin.Origin,
            Durable = origin.Durable,
            LastSeenTicks = origin.LastSeenTicks,
        };
        if (origin.EndedTicks is { } ended)
        {
            wire.EndedTicks = ended;
        }

        if (origin.Tally is { } tally)
        {
            wire.Records = tally.Records;
            wire.EndOrdinal = tally.End;
        }

        wire.Unsettled.AddRange(origin.Unsettled.Select(u => new UnsettledWire { SequenceNr = u.SequenceNr, N = u.N }));
        return wire;
    }

    private static OriginSnapshot FromWire(OriginWire wire) => new(
        wire.Origin,
        wire.Durable,
        wire.LastSeenTicks,
        wire.HasEndedTicks ? wire.EndedTicks : null,
        [.. wire.Unsettled.Select(u => (u.SequenceNr, u.N))],
        wire.HasRecords ? new OriginTally(wire.Records, wire.EndOrdinal) : null);
}
