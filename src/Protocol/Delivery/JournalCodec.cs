using System.Diagnostics.CodeAnalysis;
using ActorLog.Protocol.Delivery.Wire;
using Google.Protobuf;

namespace ActorLog.Protocol.Delivery;

/// <summary>
/// Bytes of journal events and snapshots, under manifests that carry a version. A part is u32 length of an envelope,
/// the envelope, then the block as it came.
/// </summary>
public static class JournalCodec
{
    /// <summary>The manifest of <see cref="PartitionSnapshot"/>.</summary>
    public const string SnapshotManifest = "partition-snapshot/1";

    private const string PartStoredManifest = "part-stored/1";
    private const string OwnedManifest = "owned/1";
    private const string FileOpenedManifest = "file-opened/1";
    private const string CheckpointedManifest = "checkpointed/1";
    private const string OriginEndedManifest = "origin-ended/1";

    /// <summary>All manifests that <see cref="TryRead"/> knows.</summary>
    public static IReadOnlyList<string> Manifests { get; } =
        [PartStoredManifest, OwnedManifest, FileOpenedManifest, CheckpointedManifest, OriginEndedManifest];

    /// <summary>The manifest of an event.</summary>
    public static string ManifestOf(JournalEvent e) => e switch
    {
        PartStored => PartStoredManifest,
        Owned => OwnedManifest,
        FileOpened => FileOpenedManifest,
        Checkpointed => CheckpointedManifest,
        OriginEnded => OriginEndedManifest,
        _ => throw new ArgumentException($"no such event: {e.GetType().Name}", nameof(e)),
    };

    /// <summary>An event's bytes.</summary>
    public static byte[] Write(JournalEvent e) => e switch
    {
        PartStored part => Enveloped.Write(ToWire(part), part.Block.Span),
        Owned owned => ToWire(owned).ToByteArray(),
        FileOpened opened => ToWire(opened).ToByteArray(),
        Checkpointed checkpointed => ToWire(checkpointed).ToByteArray(),
        OriginEnded ended => new OriginEndedWire { Origin = ended.Origin, AtTicks = ended.AtTicks }.ToByteArray(),
        _ => throw new ArgumentException($"no such event: {e.GetType().Name}", nameof(e)),
    };

    /// <summary>Reads an event. A part's block is a slice of <paramref name="bytes"/>, not a copy.</summary>
    public static bool TryRead(
        string manifest, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out JournalEvent? e, out CodecError error)
    {
        e = null;
        error = Manifest.Check(manifest, Manifests);
        if (error.Kind != CodecErrorKind.None)
        {
            return false;
        }

        try
        {
            e = Read(manifest, bytes);
        }
        catch (InvalidProtocolBufferException damage)
        {
            error = new(CodecErrorKind.Damaged, $"{manifest}: {damage.Message}");
            return false;
        }

        error = e is null ? new(CodecErrorKind.Damaged, $"{manifest}: a number is out of range") : default;
        return e is not null;
    }

    /// <summary>Reads what the first bytes of a part say: all but its block, which is left empty.</summary>
    public static bool TryReadPartHead(string manifest, ReadOnlyMemory<byte> head, [NotNullWhen(true)] out PartStored? part)
    {
        part = manifest == PartStoredManifest && TryRead(manifest, head, out var e, out _) ? ((PartStored)e) with { Block = default } : null;
        return part is not null;
    }

    /// <summary>Whether a manifest is that of a snapshot, whatever its version.</summary>
    public static bool IsSnapshot(string manifest) => Manifest.IsSameKind(manifest, SnapshotManifest);

    /// <summary>A snapshot's bytes.</summary>
    public static byte[] WriteSnapshot(PartitionSnapshot snapshot) => SnapshotCodec.ToWire(snapshot).ToByteArray();

    /// <summary>Reads a snapshot.</summary>
    public static bool TryReadSnapshot(
        string manifest, ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out PartitionSnapshot? snapshot,
        out CodecError error)
    {
        snapshot = null;
        error = Manifest.Check(manifest, [SnapshotManifest]);
        if (error.Kind != CodecErrorKind.None)
        {
            return false;
        }

        try
        {
            snapshot = SnapshotCodec.FromWire(SnapshotWire.Parser.ParseFrom(bytes.Span));
        }
        catch (InvalidProtocolBufferException damage)
        {
            error = new(CodecErrorKind.Damaged, $"{manifest}: {damage.Message}");
            return false;
        }

        error = snapshot is null ? new(CodecErrorKind.Damaged, $"{manifest}: a number is out of range") : default;
        return snapshot is not null;
    }

    internal static OwnedWire ToWire(Owned e) => new() { RootId = e.RootId, NodeName = e.NodeName, Epoch = e.Epoch };

    internal static FileOpenedWire ToWire(FileOpened e) => new()
    {
        FileNumber = e.FileNumber,
        RootId = e.RootId,
        Path = e.Path,
        Device = e.Device,
        Inode = e.Inode,
        BaseLength = e.BaseLength,
    };

    internal static Owned FromWire(OwnedWire wire) => new(wire.RootId, wire.NodeName, wire.Epoch);

    internal static FileOpened? FromWire(FileOpenedWire wire) => wire.BaseLength < 0 || wire.FileNumber < 1
        ? null
        : new(wire.FileNumber, wire.RootId, wire.Path, wire.Device, wire.Inode, wire.BaseLength);

    private static PartStoredWire ToWire(PartStored e)
    {
        var wire = new PartStoredWire
        {
            Origin = e.Origin,
            N = e.N,
            Edge = e.Edge,
            ReceivedTicks = e.ReceivedTicks,
            Records = e.Records,
            FirstOrdinal = e.FirstOrdinal,
        };
        if (e.Prev is { } prev)
        {
            wire.Prev = prev;
        }

        return wire;
    }

    private static CheckpointedWire ToWire(Checkpointed e)
    {
        var wire = new CheckpointedWire { Through = e.Through, AtTicks = e.AtTicks, Retired = { e.Retired } };
        foreach (var file in e.Files)
        {
            var commit = new FileCommitWire
            {
                FileNumber = file.FileNumber,
                Length = file.Length,
                TailChecksum = file.TailChecksum,
            };
            if (file.SealedAs is { } name)
            {
                commit.SealedAs = name;
            }

            wire.Files.Add(commit);
        }

        return wire;
    }

    private static JournalEvent? Read(string manifest, ReadOnlyMemory<byte> bytes)
    {
        switch (manifest)
        {
            case PartStoredManifest:
                if (!Enveloped.TrySplit(bytes, out var envelope, out var block))
                {
                    return null;
                }

                var part = PartStoredWire.Parser.ParseFrom(envelope.Span);
                return part.N < 1 || part.Origin.Length == 0 || (part.HasPrev && part.Prev >= part.N)
                    ? null
                    : new PartStored(part.Origin, part.N, part.HasPrev ? part.Prev : null, part.Edge,
                        part.ReceivedTicks, part.Records, part.FirstOrdinal, block);
            case OwnedManifest:
                return FromWire(OwnedWire.Parser.ParseFrom(bytes.Span));
            case FileOpenedManifest:
                return FromWire(FileOpenedWire.Parser.ParseFrom(bytes.Span));
            case CheckpointedManifest:
                var checkpointed = CheckpointedWire.Parser.ParseFrom(bytes.Span);
                return checkpointed.Files.Any(f => f.Length < 0)
                    ? null
                    : new Checkpointed(
                        checkpointed.Through,
                        checkpointed.AtTicks,
                        [.. checkpointed.Files.Select(f => new FileCommit(
                            f.FileNumber, f.Length, f.TailChecksum, f.HasSealedAs ? f.SealedAs : null))],
                        [.. checkpointed.Retired]);
            default:
                var ended = OriginEndedWire.Parser.ParseFrom(bytes.Span);
                return new OriginEnded(ended.Origin, ended.AtTicks);
        }
    }
}
